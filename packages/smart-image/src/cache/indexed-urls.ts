import type { Clock } from '../clock.js';
import type { StoredUrl, UrlStore } from './url-store.js';

const table = 'urls';
const byEnd = 'expiresAt';

/**
 * URLs in IndexedDB: one database a name, bounded by count; what ends soonest leaves first. The database is opened
 * by the first use; where there is none, every call rejects at once.
 */
export function indexedUrls(name: string, limit: number, clock: Clock): UrlStore {
  let opened: Promise<IDBDatabase> | undefined;
  const open = (): Promise<IDBDatabase> => {
    opened ??= openDatabase(name).then((database) => {
      // Another tab that deletes or upgrades it must not wait for this one.
      database.addEventListener('versionchange', () => {
        database.close();
        opened = undefined;
      });
      return database;
    });
    return opened;
  };
  const begin = async (mode: IDBTransactionMode): Promise<{ urls: IDBObjectStore; done: Promise<void> }> => {
    const transaction = (await open()).transaction(table, mode);
    return { urls: transaction.objectStore(table), done: finished(transaction) };
  };

  return {
    async read(keys) {
      const { urls, done } = await begin('readonly');
      const found: StoredUrl[] = [];
      const now = clock.now();
      for (const key of keys) {
        const request = urls.get(key) as IDBRequest<StoredUrl | undefined>;
        request.addEventListener('success', () => {
          if (request.result !== undefined && request.result.expiresAt > now) found.push(request.result);
        });
      }
      await done;
      return found;
    },
    async write(entries) {
      const { urls, done } = await begin('readwrite');
      for (const entry of entries) urls.put(entry);
      trim(urls, limit, clock.now());
      await done;
    },
    async remove(key) {
      const { urls, done } = await begin('readwrite');
      urls.delete(key);
      await done;
    },
    async clear() {
      const { urls, done } = await begin('readwrite');
      urls.clear();
      await done;
    },
    close() {
      void opened?.then((database) => database.close()).catch(() => undefined);
      opened = undefined;
    },
  };
}

function openDatabase(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    // Reading the property alone throws where storage is forbidden.
    const request = globalThis.indexedDB.open(name, 1);
    request.addEventListener('upgradeneeded', () => {
      request.result.createObjectStore(table, { keyPath: 'key' }).createIndex(byEnd, 'expiresAt');
    });
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB is not available')));
    request.addEventListener('blocked', () => reject(new Error('IndexedDB is blocked by another page')));
  });
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    const fail = (): void => reject(transaction.error ?? new Error('The transaction was aborted'));
    transaction.addEventListener('error', fail);
    transaction.addEventListener('abort', fail);
  });
}

/** Drops what has ended, then what ends soonest until `limit` are left. */
function trim(urls: IDBObjectStore, limit: number, now: number): void {
  const ended = urls.index(byEnd).openKeyCursor(IDBKeyRange.upperBound(now));
  deleteAll(urls, ended, Number.POSITIVE_INFINITY, () => {
    const count = urls.count();
    count.addEventListener('success', () => {
      const surplus = count.result - limit;
      if (surplus > 0) deleteAll(urls, urls.index(byEnd).openKeyCursor(), surplus, () => undefined);
    });
  });
}

function deleteAll(urls: IDBObjectStore, request: IDBRequest<IDBCursor | null>, most: number, then: () => void): void {
  let left = most;
  request.addEventListener('success', () => {
    const cursor = request.result;
    if (cursor === null || left === 0) {
      then();
      return;
    }
    left -= 1;
    urls.delete(cursor.primaryKey);
    cursor.continue();
  });
}
