import type { Config } from '../config/config.js';
import { Sessions } from '../middleware/sessions.js';
import { answers, type Bus } from '../process/messages.js';
import { sessionEnded, sessionsEnded } from '../topics.js';

/** The dashboard's sign-ins as one worker knows them, and hears of those that end elsewhere. None without an API key. */
export async function followSessions({ server }: Config, bus: Bus): Promise<Sessions | undefined> {
  if (server.apiKey === undefined) return undefined;
  const sessions = new Sessions(server.apiKey);
  bus.handle(sessionEnded, (session) => sessions.end(session));
  for (const session of answers(await bus.ask(sessionsEnded, null, { to: 'primary' })).flat()) sessions.end(session);
  return sessions;
}
