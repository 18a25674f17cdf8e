import { memorySessionStore, type SessionStore } from '@forebay/hls-proxy';
import { randomBytes } from 'node:crypto';
import type { FeatureContext } from './feature.js';

/** What all workers must agree on: who watches, and how it is signed what they may ask for. */
export interface SharedSessions {
  readonly store: SessionStore;
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

export async function openSessionStore({ config }: FeatureContext): Promise<SharedSessions> {
  const store = memorySessionStore();
  const { secretKey = randomBytes(32).toString('base64url') } = config.hls;
  return { store, secrets: [secretKey], close: () => store.close() };
}
