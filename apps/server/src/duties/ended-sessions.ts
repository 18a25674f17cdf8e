import { Sessions } from '../middleware/sessions.js';
import type { PrimaryContext } from '../process/roles.js';
import { sessionEnded, sessionsEnded } from '../topics.js';

/** Remembers which sign-ins were ended, for workers that start later. Returns what ends it. */
export function rememberEndedSessions({ bus, config }: PrimaryContext): () => void {
  const sessions = new Sessions(config.server.apiKey ?? '');
  const ends = [
    bus.handle(sessionEnded, (session) => sessions.end(session)),
    bus.handle(sessionsEnded, () => sessions.ended()),
  ];
  return () => {
    for (const end of ends) end();
  };
}
