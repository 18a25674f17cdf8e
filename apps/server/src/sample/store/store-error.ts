/** What the store refuses, in S3's words. */
export interface StoreError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export const denied = (code: string, message: string): StoreError => ({ status: 403, code, message });

export const noSuchKey: StoreError = {
  status: 404,
  code: 'NoSuchKey',
  message: 'The specified key does not exist.',
};

export function errorBody({ code, message }: StoreError): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}
