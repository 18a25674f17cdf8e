import { z } from 'zod';
import { plain, type Endpoint } from './endpoint.js';

const headers = {
  'Cache-Status': 'forebay; hit; ttl=…; detail=memory (RFC 9211)',
  'X-Cache': 'HIT, MISS, STALE, REVALIDATED or BYPASS',
  'X-Request-Id': "The caller's, or a new one",
};

/** The endpoint that HLS is, for the document: it is answered outside the framework. */
export const hlsEndpoint: Endpoint = {
  method: 'get',
  path: '/hls/{path+}',
  tag: 'HLS',
  access: 'anyone',
  summary: 'Watch a stream',
  description:
    'Playlists are always fresh, and every URI in them leads back through here; segments are shared and kept for minutes. With HLS_SECRET_KEY a playlist is opened by a token, which is base64url(HMAC-SHA256(key, "{uid}:{path}:{expires}")) without padding, path being the path below /hls; what it names, by the grants in its URIs. Other parameters of the query are the origin\'s.',
  params: z.object({ path: z.string().describe('What the upstream is asked for; slashes are kept') }),
  query: z.object({
    uid: z.string().optional().describe('Of the token'),
    expires: z.string().optional().describe('Of the token, Unix seconds'),
    token: z.string().optional(),
    fb: z.string().optional().describe('A grant, as playlists name it'),
    _HLS_msn: z.string().optional().describe('Blocking reload: the media sequence number to wait for'),
    _HLS_part: z.string().optional().describe('Blocking reload: the part to wait for'),
    _HLS_skip: z.string().optional().describe('YES or v2: a delta update'),
  }),
  answers: {
    200: {
      ...plain('A playlist, or the whole of a segment', 'application/vnd.apple.mpegurl', 'video/*', 'audio/*'),
      headers,
    },
    206: plain('The range asked for', 'video/*', 'audio/*'),
    304: plain('The copy that the client has is good'),
    416: plain('The range lies outside', 'application/problem+json'),
  },
  problems: {
    403: 'No token or grant, a wrong or expired one, or an address that may not: never which',
    404: 'The upstream has no such resource',
    429: 'The user, session or address has as much as it may; Retry-After says when to come again',
    502: 'Every upstream failed, or sent what is no playlist',
    503: 'No upstream may be tried, or there are too many requests',
    504: 'The time budget ran out',
  },
};
