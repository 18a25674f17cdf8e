import { Gallery } from '../../src/sample/gallery.js';
import { listenOnLoopback } from '../../src/sample/loopback-server.js';
import { createObjectStore } from '../../src/sample/store/index.js';

const account = { accessKeyId: 'AKIDSAMPLE', secretAccessKey: 'sample-secret', region: 'sample-1' };

/** A strict object store, and the variables by which a server signs for it. */
export async function startStore(): Promise<{
  readonly variables: Record<string, string>;
  /** Each request's target and status. */
  readonly answers: { readonly target: string; readonly status: number }[];
  close(): Promise<void>;
}> {
  const answers: { target: string; status: number }[] = [];
  const store = createObjectStore({
    bucket: 'pictures',
    account,
    gallery: new Gallery(8 * 1024 * 1024),
    onAnswer: (_, target, status) => answers.push({ target, status }),
  });
  const server = await listenOnLoopback(store);
  const variables = {
    STORE_ENDPOINT: server.url,
    STORE_REGION: account.region,
    STORE_BUCKET: 'pictures',
    STORE_ACCESS_KEY_ID: account.accessKeyId,
    STORE_SECRET_ACCESS_KEY: account.secretAccessKey,
  };
  return { variables, answers, close: () => server.close() };
}
