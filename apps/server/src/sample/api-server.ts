import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Film } from './films.js';
import { backdropPath, films, posterPath } from './films.js';

interface Answer {
  readonly status: number;
  readonly body: object;
}

const PAGE_SIZE = 20;
const NOT_FOUND: Answer = {
  status: 404,
  body: { success: false, status_code: 34, status_message: 'The resource you requested could not be found.' },
};
const UNAUTHORIZED: Answer = {
  status: 401,
  body: { status_code: 7, status_message: 'Invalid API key: You must be granted a valid key.', success: false },
};

/** A JSON API in the shape of TMDB's version 3. It wants `apiKey` as `api_key` or as a bearer token. */
export function createApiListener(apiKey: string): RequestListener {
  return (request, response) => {
    const target = request.url?.startsWith('/') === true ? request.url : '/';
    const url = new URL(`http://sample${target}`);
    const { status, body } = isAllowed(request, url, apiKey) ? answer(url) : UNAUTHORIZED;
    const json = JSON.stringify(body);
    const etag = `W/"${createHash('sha1').update(json).digest('hex')}"`;
    const headers = {
      'Content-Type': 'application/json;charset=utf-8',
      'Cache-Control': status === 200 ? 'public, max-age=600' : 'no-store',
      Vary: 'Accept-Encoding',
      ...(status === 200 ? { ETag: etag } : {}),
    };
    if (status === 200 && request.headers['if-none-match'] === etag) response.writeHead(304, headers).end();
    else
      response
        .writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(json) })
        .end(request.method === 'HEAD' ? undefined : json);
  };
}

function isAllowed(request: IncomingMessage, url: URL, apiKey: string): boolean {
  return url.searchParams.get('api_key') === apiKey || request.headers.authorization === `Bearer ${apiKey}`;
}

function answer(url: URL): Answer {
  const { pathname, searchParams } = url;
  if (pathname === '/3/configuration') return { status: 200, body: configuration };
  if (pathname === '/3/movie/popular')
    return page(
      films.toSorted((one, other) => other.votes - one.votes),
      searchParams,
    );
  if (pathname === '/3/search/movie') {
    const wanted = (searchParams.get('query') ?? '').toLowerCase();
    return page(wanted === '' ? [] : films.filter(({ title }) => title.toLowerCase().includes(wanted)), searchParams);
  }
  const id = /^\/3\/movie\/(\d+)(?:-[^/]*)?$/.exec(pathname)?.[1];
  const film = films.find((candidate) => candidate.id === Number(id));
  return film === undefined
    ? NOT_FOUND
    : { status: 200, body: { ...summary(film), status: 'Released', tagline: '', runtime: 80 + (film.id % 60) } };
}

function page(found: readonly Film[], parameters: URLSearchParams): Answer {
  const number = Number(parameters.get('page') ?? 1);
  if (!Number.isInteger(number) || number < 1 || number > 500) {
    const message = 'Invalid page: Pages start at 1 and max at 500. They are expected to be an integer.';
    return { status: 400, body: { success: false, status_code: 22, status_message: message } };
  }
  const results = found.slice((number - 1) * PAGE_SIZE, number * PAGE_SIZE).map(summary);
  const pages = Math.ceil(found.length / PAGE_SIZE);
  return { status: 200, body: { page: number, results, total_pages: pages, total_results: found.length } };
}

function summary(film: Film): object {
  return {
    adult: false,
    backdrop_path: backdropPath(film),
    id: film.id,
    original_language: 'en',
    original_title: film.title,
    overview: film.overview,
    popularity: film.votes / 10,
    poster_path: posterPath(film),
    release_date: film.released,
    title: film.title,
    video: false,
    vote_average: film.rating,
    vote_count: film.votes,
  };
}

const configuration = {
  images: {
    base_url: '/t/p/',
    secure_base_url: '/t/p/',
    backdrop_sizes: ['w300', 'w780', 'w1280', 'original'],
    logo_sizes: ['w45', 'w92', 'w154', 'w185', 'w300', 'w500', 'original'],
    poster_sizes: ['w92', 'w154', 'w185', 'w342', 'w500', 'w780', 'original'],
    profile_sizes: ['w45', 'w185', 'h632', 'original'],
    still_sizes: ['w92', 'w185', 'w300', 'original'],
  },
  change_keys: ['images', 'title', 'overview'],
};
