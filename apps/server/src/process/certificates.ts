import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createSecureContext, type Server } from 'node:tls';
import type { TlsConfig } from '../config/config.js';
import { messageOf } from '../errors.js';
import type { Logger } from '../log/logger.js';
import { StartError } from './start-error.js';

/** How often the files are looked at, in ms. Looking works where notices of change do not: mounted volumes, swapped links. */
const lookInterval = 2000;

interface KeyPair {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

const isPem = (value: string): boolean => value.startsWith('-----BEGIN');

const contentOf = (value: string): string | Buffer => (isPem(value) ? value : readFileSync(value));

/** @throws Error when a file cannot be read, or the two are not a certificate and its key */
function readPair({ certificate, key }: TlsConfig): KeyPair {
  const pair = { cert: contentOf(certificate), key: contentOf(key) };
  createSecureContext(pair);
  return pair;
}

/** @throws StartError that names the variables */
export function firstPair(tls: TlsConfig): KeyPair {
  try {
    return readPair(tls);
  } catch (error) {
    const given = [tls.certificate, tls.key].filter((value) => !isPem(value)).join(', ');
    const reason = `TLS_CERT and TLS_KEY${given === '' ? '' : ` (${given})`} are not a certificate and its key in PEM`;
    throw new StartError(`${reason}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Has new connections use the certificate as soon as its files change; those that exist keep theirs. Files that do not
 * fit together, as while one of them is yet to be written, change nothing. Returns what ends it.
 */
export function followCertificate(servers: readonly Server[], tls: TlsConfig, logger: Logger): () => void {
  const look = (): void => {
    try {
      const pair = readPair(tls);
      for (const server of servers) server.setSecureContext(pair);
      logger.info({ event: 'certificate_reloaded' }, 'new connections get the new certificate');
    } catch (error) {
      const message = `the old certificate stays: ${messageOf(error)}`;
      logger.warn({ event: 'certificate_refused' }, message);
    }
  };
  const files = [tls.certificate, tls.key].filter((value) => !isPem(value));
  for (const file of files) watchFile(file, { interval: lookInterval, persistent: false }, look);
  return () => {
    for (const file of files) unwatchFile(file, look);
  };
}
