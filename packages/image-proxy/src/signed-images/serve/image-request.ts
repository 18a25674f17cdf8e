import { parseTarget, Problem, type Target } from '@forebay/reverse-proxy';
import { isSignedImageError } from '../errors.js';
import { parseImageKey } from '../image-key.js';
import { uriEncodePath } from '../presigners/uri-encode.js';

/** What a request wants to be done with an image. */
export interface ImageRequest {
  readonly key: string;
  readonly mode: 'redirect' | 'proxy';
  readonly refresh: boolean;
}

/**
 * Reads `{mount}{image_key}?mode=redirect|proxy&refresh=false`; other parameters mean nothing here.
 *
 * @throws {Problem} 400 that names what is wrong.
 */
export function readImageRequest(target: string, mount: string): ImageRequest {
  const { path, query } = read(target);
  const parameters = new URLSearchParams(query);
  return {
    key: keyOf(path, mount),
    mode: oneOf(parameters, 'mode', ['redirect', 'proxy']),
    refresh: oneOf(parameters, 'refresh', ['false', 'true']) === 'true',
  };
}

/** A path that cannot be read is a key that cannot be: after the mount there is nothing else. */
function read(target: string): Target {
  try {
    return parseTarget(target);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 400) throw error;
    throw new Problem(400, 'bad-image-key', `image_key: ${error.message}`);
  }
}

/** The key that a path names. @throws {Problem} 400 */
export function keyOf(path: string, mount: string): string {
  try {
    return parseImageKey(path.slice(mount.length));
  } catch (error) {
    if (isSignedImageError(error)) throw new Problem(400, 'bad-image-key', error.message);
    throw error;
  }
}

/** The one spelling of a key's path that the cache knows. */
export const pathOf = (key: string, mount: string): string => mount + uriEncodePath(key);

function oneOf<Value extends string>(
  parameters: URLSearchParams,
  name: string,
  [usual, ...others]: readonly [Value, ...Value[]],
): Value {
  const [given, ...more] = parameters.getAll(name);
  if (given === undefined) return usual;
  const value = [usual, ...others].find((allowed) => allowed === given);
  if (value !== undefined && more.length === 0) return value;
  throw new Problem(400, 'bad-parameter', `${name}: must be ${[usual, ...others].join(' or ')}, once`);
}
