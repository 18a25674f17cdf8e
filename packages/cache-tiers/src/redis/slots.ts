export const SLOT_COUNT = 16_384;

/** CRC-16/XMODEM, which the Redis Cluster specification prescribes for key slots. */
const table: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/**
 * The hash slot of a key: of what stands between its first `{` and the next `}` if there is anything, else of all of
 * it (Redis Cluster specification, "Hash tags").
 */
export const slotOf = (key: string): number => {
  const open = key.indexOf('{');
  const close = open < 0 ? -1 : key.indexOf('}', open + 1);
  const hashed = close > open + 1 ? key.slice(open + 1, close) : key;
  let crc = 0;
  for (let index = 0; index < hashed.length; index += 1) {
    const code = hashed.charCodeAt(index);
    if (code > 127) return slotOfBytes(Buffer.from(hashed));
    crc = ((crc << 8) & 0xffff) ^ (table[(crc >> 8) ^ code] ?? 0);
  }
  return crc % SLOT_COUNT;
};

const slotOfBytes = (bytes: Uint8Array): number => {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (table[(crc >> 8) ^ byte] ?? 0);
  return crc % SLOT_COUNT;
};
