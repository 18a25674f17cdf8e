import { addressPrefix, isWithin } from '@forebay/guard';
import type { AllowedViewer } from './store.js';

/** The allow list as one process knows it, by network, so that asking costs one look-up. */
export class AllowedViewers {
  #byNetwork = new Map<string, AllowedViewer[]>();

  replace(entries: readonly AllowedViewer[]): void {
    const byNetwork = new Map<string, AllowedViewer[]>();
    for (const entry of entries) {
      const network = addressPrefix(entry.address);
      if (network === undefined) continue;
      const own = byNetwork.get(network) ?? [];
      byNetwork.set(network, own);
      own.push(entry);
    }
    this.#byNetwork = byNetwork;
  }

  /** The entry that lets a viewer in; the one with the longest path if there are several. */
  find(address: string, path: string, userAgent: string | undefined, now: number): AllowedViewer | undefined {
    if (this.#byNetwork.size === 0) return undefined;
    return this.#byNetwork
      .get(addressPrefix(address) ?? '')
      ?.filter(
        (entry) =>
          (entry.expiresAt === undefined || entry.expiresAt > now) &&
          (entry.userAgent === undefined || entry.userAgent === userAgent) &&
          isWithin(path, entry.path),
      )
      .toSorted((a, b) => b.path.length - a.path.length)[0];
  }
}
