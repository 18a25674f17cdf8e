import type { ResolvedOptions } from './options.js';
import { formatTarget, type Target } from './target.js';

/** The target as an upstream gets it: the mount replaced, the operator's credentials added where the client sent none. */
export function upstreamTarget(options: ResolvedOptions, target: Target, hasCredentials: boolean): string {
  const { mount, upstreamPath, preset } = options;
  const path = target.path.startsWith(mount) ? upstreamPath + target.path.slice(mount.length) : target.path;
  const moved = { path, query: target.query };
  return formatTarget(hasCredentials ? moved : preset.authorise(moved));
}
