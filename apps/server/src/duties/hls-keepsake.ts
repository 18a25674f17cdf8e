import { memorySessionStore, type MemorySessionStore } from '@forebay/hls-proxy';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../config/config.js';
import type { Logger } from '../log/logger.js';
import { newSecret } from '../parts/hls-sessions.js';

const bytes = z.number().int().min(0);
const unsent = z.object({
  batch: z
    .object({
      id: z.string(),
      takenAt: z.number(),
      users: z.array(z.object({ uid: z.string().optional(), bytes })),
      unattributedBytes: bytes,
    })
    .transform((batch) => ({ ...batch, users: batch.users.map((user) => ({ uid: user.uid, bytes: user.bytes })) }))
    .optional(),
  users: z.array(z.tuple([z.string(), bytes])),
  unattributedBytes: bytes,
});
const file = z.object({ secret: z.string().min(1), traffic: unsent.optional() });

/** What of the sessions in the primary's memory outlives it: the secret that was made here, and traffic that is owed. */
export interface Keepsake {
  readonly store: MemorySessionStore;
  /** Writes it down, if there is anything new. */
  save(): Promise<void>;
}

/** Reads it from the cache folder, for the sessions to begin with. A file that cannot be read or written is missed, not needed. */
export async function openKeepsake({ disk }: Pick<Config, 'disk'>, logger: Logger): Promise<Keepsake> {
  const path = join(disk.directory, 'hls-sessions.json');
  const store = memorySessionStore();
  const read = await readFile(path, 'utf8').then(
    (text) => file.safeParse(parsed(text)).data,
    () => undefined,
  );
  const secret = await store.secret({ proposed: read?.secret ?? newSecret() });
  if (read?.traffic !== undefined) store.restoreTraffic({ ...read.traffic, batch: read.traffic.batch ?? undefined });
  let written = read === undefined ? '' : JSON.stringify(read);
  let saving: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    const text = JSON.stringify({ secret, traffic: store.unsentTraffic() });
    if (text === written) return;
    const draft = `${path}.${randomUUID()}`;
    try {
      await mkdir(dirname(path), { recursive: true });
      // It holds a secret.
      await writeFile(draft, text, { mode: 0o600 });
      await rename(draft, path);
      written = text;
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      logger.warn({ event: 'hls_keepsake_failed', err: error }, 'unreported traffic could not be written down');
    }
  };

  return {
    store,
    save() {
      saving = saving.then(write);
      return saving;
    },
  };
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
