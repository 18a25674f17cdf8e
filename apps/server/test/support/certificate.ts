import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guardFolder } from './redis.js';

/** A certificate for localhost of its own making, in files that the server is told of. */
export class Certificate {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(name: string): Promise<Certificate> {
    const certificate = new Certificate(await mkdtemp(join(tmpdir(), 'forebay-tls-')));
    guardFolder(certificate.#folder);
    await certificate.renew(name);
    return certificate;
  }

  get variables(): { readonly TLS_CERT: string; readonly TLS_KEY: string } {
    return { TLS_CERT: this.#file('server.crt'), TLS_KEY: this.#file('server.key') };
  }

  /** What clients are to trust. */
  authority(): Promise<Buffer> {
    return readFile(this.variables.TLS_CERT);
  }

  /** Puts a new pair into place, each file at once. */
  async renew(name: string): Promise<void> {
    const key = `-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ${this.#file('new.key')}`;
    const names = `-subj /CN=${name} -addext subjectAltName=DNS:localhost,IP:127.0.0.1`;
    const command = `req -x509 -days 2 ${key} ${names} -out ${this.#file('new.crt')}`;
    execFileSync('openssl', command.split(' '), { stdio: 'ignore' });
    await rename(this.#file('new.key'), this.variables.TLS_KEY);
    await rename(this.#file('new.crt'), this.variables.TLS_CERT);
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}
