import type { AttemptEvent, UpstreamDispatcher } from '@forebay/balancer/undici';
import { type Dispatcher, request } from 'undici';

/** The dispatcher picks the origin; this one is only for the URL's sake. */
export const anywhere = 'http://upstream';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export const ask = async (
  dispatcher: Dispatcher,
  path = '/',
  options: Partial<Dispatcher.RequestOptions> = {},
): Promise<Answer> => {
  const { statusCode, body } = await request(`${anywhere}${path}`, { ...options, dispatcher });
  return { status: statusCode, text: await body.text() };
};

/** Every attempt from now on. */
export const attemptsOf = (dispatcher: UpstreamDispatcher): AttemptEvent[] => {
  const events: AttemptEvent[] = [];
  dispatcher.listen((event) => events.push(event));
  return events;
};
