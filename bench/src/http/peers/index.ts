import { forebay } from './forebay.js';
import { nginxTuned, nginxUsual } from './nginx.js';
import { nodeHttp } from './node-http.js';
import type { Peer } from './peer.js';
import { varnish } from './varnish.js';

/** In the order in which the tables show them. */
export const peers: readonly Peer[] = [nginxTuned, nginxUsual, varnish, nodeHttp, forebay];
