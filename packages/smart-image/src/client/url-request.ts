import { SmartImageError } from '../errors.js';
import type { StoredUrl } from '../cache/url-store.js';
import type { Settings } from './options.js';

/** What the server said about each key that it was asked for. */
export interface UrlAnswer {
  readonly urls: readonly StoredUrl[];
  /** Keys without a URL, and why. */
  readonly errors: ReadonlyMap<string, string>;
}

/**
 * One `POST /api/v1/image-urls`.
 *
 * @throws SmartImageError `FOREBAY_LOOKUP_FAILED` when it is not answered in time, or not as it should be
 */
export async function requestUrls(
  settings: Settings,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<UrlAnswer> {
  const limit = new AbortController();
  const stop = (): void => limit.abort();
  signal.addEventListener('abort', stop, { once: true });
  const timer = settings.clock.setTimeout(stop, settings.lookupTimeout);
  try {
    const token = await settings.token();
    const response = await settings.fetch(`${settings.baseUrl}/api/v1/image-urls`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        ...(token === undefined || token === '' ? {} : { Authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ image_keys: keys }),
      signal: limit.signal,
    });
    if (!response.ok) throw new SmartImageError('FOREBAY_LOOKUP_FAILED', `The server answered ${response.status}`);
    return readAnswer(await response.json(), keys, endReader(response, settings));
  } catch (error) {
    if (error instanceof SmartImageError) throw error;
    throw new SmartImageError('FOREBAY_LOOKUP_FAILED', 'The URLs could not be looked up', { cause: error });
  } finally {
    settings.clock.clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** For so long a URL is believed that has ended by a clock that nobody can check, in ms. */
const benefitOfDoubt = 60_000;

/**
 * Reads `expires_at`, which is by the server's clock, as a time of this machine's: `Date` tells how far the two are apart.
 * Another origin does not show it; but no server gives a URL that has ended, so if one seems to, this clock is wrong.
 */
function endReader(response: Response, { clock, expiryMargin }: Settings): (time: unknown) => number {
  const now = clock.now();
  const date = Date.parse(response.headers.get('date') ?? '');
  return (time) => {
    const end = typeof time === 'string' ? Date.parse(time) : Number.NaN;
    if (!Number.isNaN(date)) return end + now - date;
    return end <= now ? now + expiryMargin + benefitOfDoubt : end;
  };
}

function readAnswer(body: unknown, keys: readonly string[], endOf: (time: unknown) => number): UrlAnswer {
  const { urls, errors } = asRecord(body);
  if (typeof urls !== 'object') throw new SmartImageError('FOREBAY_LOOKUP_FAILED', 'The server answered without URLs');
  const urlOf = asRecord(urls);
  const errorOf = asRecord(errors);
  const found: StoredUrl[] = [];
  const missing = new Map<string, string>();
  for (const key of keys) {
    const entry = asRecord(own(urlOf, key));
    const expiresAt = endOf(entry['expires_at']);
    if (typeof entry['url'] === 'string' && !Number.isNaN(expiresAt)) found.push({ key, url: entry['url'], expiresAt });
    else missing.set(key, reason(own(errorOf, key)));
  }
  return { urls: found, errors: missing };
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const reason = (value: unknown): string => (typeof value === 'string' ? value : 'The server has no URL for it');

/** A key may be called `constructor`. */
const own = (record: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(record, key) ? record[key] : undefined;
