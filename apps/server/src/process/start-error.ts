import { codeOf, messageOf, ServerError } from '../errors.js';

/** The server could not start, for a reason that trying again would not mend; its `code` is `FOREBAY_START_FAILED`. */
export class StartError extends ServerError {
  override readonly name = 'StartError';

  constructor(message: string, options?: ErrorOptions) {
    super('FOREBAY_START_FAILED', message, options);
  }
}

const addressProblems: Readonly<Record<string, (where: string) => string>> = {
  EADDRINUSE: (where) => `${where} is in use by another program`,
  EACCES: (where) => `no permission to listen on ${where}`,
  EADDRNOTAVAIL: (where) => `this machine has no address ${where}`,
  ENOTFOUND: (where) => `this machine has no address ${where}`,
};

/** Says in plain words why a port cannot be had. */
export const listenError = (error: unknown, port: number, host: string | undefined, variable: string): StartError => {
  const where = host === undefined ? `port ${port}` : `${host} port ${port}`;
  const plain = addressProblems[codeOf(error) ?? '']?.(where) ?? `cannot listen on ${where}: ${messageOf(error)}`;
  return new StartError(`${plain}; choose another with ${variable}`, { cause: error });
};
