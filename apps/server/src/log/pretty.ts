import type { DestinationStream } from 'pino';
import { prettyFactory } from 'pino-pretty';

/** An escape in JSON that stands for a character which a terminal may obey; see `redact.ts` for those beyond ASCII. */
const activeEscape = /(?<!\\)((?:\\\\)*)\\(u(?:00[01][0-9a-f]|007f|00[89][0-9a-f]|202[89a-e]|206[6-9])|[rbf])/gi;

/** Lines of JSON as lines for people. Control characters stay escaped: what a request holds cannot move a cursor. */
export const prettyStream = (output: DestinationStream, colour: boolean): DestinationStream => {
  const pretty = prettyFactory({
    colorize: colour,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,event',
    messageFormat: (log, key) => String(log[key]).replaceAll('\n', '\\n'),
  });
  return {
    write: (line: string): void => {
      output.write(pretty(line.replace(activeEscape, '$1\\\\$2')));
    },
  };
};
