import type { SmartImageClient } from '../client/client.js';
import type { RowRange } from './layout.js';

/**
 * Looks up the URLs of a whole block of pictures as soon as one of them is wanted: a grid of up to `lookupKeys`
 * pictures makes one request, a larger one makes one each time its reader comes to another block.
 */
export function prefetchBlock(
  client: SmartImageClient,
  items: readonly { readonly imageKey?: string | undefined }[],
  seen: RowRange,
): void {
  const unknown = items
    .slice(seen.first, seen.end)
    .findIndex(({ imageKey }) => imageKey !== undefined && client.peek(imageKey) === undefined);
  if (unknown < 0) return;
  const size = client.settings.lookupKeys;
  const start = Math.floor((seen.first + unknown) / size) * size;
  const keys = items.slice(start, start + size).flatMap(({ imageKey }) => (imageKey === undefined ? [] : [imageKey]));
  client.prefetch(keys);
}
