import { classifyAddress, classifyHost } from '@forebay/guard';
import { assert, ipV4, property } from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('classifyAddress', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['::ffff:8.8.8.8', 'public'],
    ['64:ff9b::8.8.8.8', 'public'],
    ['10.1.2.3', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.0', 'public'],
    ['192.168.0.1', 'private'],
    ['127.9.9.9', 'loopback'],
    ['::1', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['169.254.7.7', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['169.254.169.254', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['fd12::1', 'unique-local'],
    ['fec0::1', 'private'],
    ['100.64.0.1', 'shared'],
    ['100.128.0.1', 'public'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['5f00::1', 'reserved'],
    ['100::1', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['example.org', 'invalid'],
    ['', 'invalid'],
    ['127.1', 'invalid'],
  ])('calls %s %s', (address, kind) => {
    expect(classifyAddress(address)).toBe(kind);
  });

  it.each([
    ['compatible', '::127.0.0.1', 'loopback'],
    ['compatible, in hex', '::7f00:1', 'loopback'],
    ['mapped', '::ffff:127.0.0.1', 'loopback'],
    ['mapped, in hex', '0:0:0:0:0:ffff:7f00:1', 'loopback'],
    ['translated', '::ffff:0:127.0.0.1', 'loopback'],
    ['NAT64', '64:ff9b::7f00:1', 'loopback'],
    ['local-use NAT64', '64:ff9b:1::7f00:1', 'reserved'],
    ['6to4', '2002:7f00:1::', 'loopback'],
    ['6to4 of a public address', '2002:808:808::', 'reserved'],
    ['Teredo client', '2001:0:808:808:0:0:80ff:fffe', 'loopback'],
    ['Teredo of public addresses', '2001::808:808:0:0:f7f7:f7f7', 'reserved'],
    ['ISATAP', '2606:4700::5efe:a9fe:a9fe', 'metadata'],
  ])('sees through IPv4 in IPv6: %s (%s)', (_form, address, kind) => {
    expect(classifyAddress(address)).toBe(kind);
  });

  it('judges an address alike in every IPv6 form that means the same host', () => {
    assert(
      property(ipV4(), (address) => {
        const kind = classifyAddress(address);
        expect(classifyAddress(`::ffff:${address}`)).toBe(kind);
        expect(classifyAddress(`64:ff9b::${address}`)).toBe(kind);
      }),
    );
  });
});

describe('classifyHost', () => {
  it.each([
    ['localhost', 'loopback'],
    ['LOCALHOST.', 'loopback'],
    ['foo.localhost', 'loopback'],
    ['foo.localhost.', 'loopback'],
    ['[::1]', 'loopback'],
    ['10.0.0.1', 'private'],
    ['localhost.example.org', undefined],
    ['example.org', undefined],
  ])('calls %s %s', (host, kind) => {
    expect(classifyHost(host)).toBe(kind);
  });
});
