import { describe, expect, it } from 'vitest';
import type { LogConfig } from '../../src/config/index.js';
import { createLogger, type Logger } from '../../src/log/logger.js';

const record = (format: LogConfig['format'], write: (logger: Logger) => void, colour = false): string => {
  let output = '';
  write(createLogger({ level: 'info', format, colour }, { write: (text) => (output += text) }));
  return output;
};

describe.each(['json', 'pretty'] as const)('the log as %s', (format) => {
  it('never shows a secret, wherever it stands', () => {
    const output = record(format, (logger) => {
      logger.info(
        {
          url: '/3/movie/5?language=de&api_key=SECRET1&page=2',
          headers: { authorization: 'Bearer SECRET2', 'X-API-Key': 'SECRET3 "quoted"', accept: '*/*' },
          proxy: 'http://user:SECRET4@proxy:3128/',
          err: new Error('GET https://api.example/3/x?api_key=SECRET5 failed'),
          rawHeaders: ['Cookie', 'a=b'],
        },
        'asked with Basic SECRET6== and token=x?token=SECRET7',
      );
    });
    expect(output).not.toContain('SECRET');
    expect(output).toContain('page=2');
    expect(output).toContain('*/*');
  });

  it('shows control characters as escapes, so that no request can write to a terminal', () => {
    const output = record(format, (logger) => {
      logger.warn({ path: '/\u001b[2J\u009b31m' }, 'line\u001b[1A\rover\nwritten \u202e by \u0007 a \u007f guest');
    });
    // oxlint-disable-next-line no-control-regex
    expect(output.trimEnd().replaceAll(/\n {4}/g, '')).toMatch(/^[^\u0000-\u001f\u007f-\u009f\u202e]+$/);
    expect(output).toContain('\\u001b[1A');
  });
});

describe('the log for people', () => {
  it('is coloured only when asked to be', () => {
    const line = (colour: boolean) => record('pretty', (logger) => logger.info('hello'), colour);
    expect(line(true)).toContain('\u001b[');
    expect(line(false)).not.toContain('\u001b');
  });

  it('keeps the lines of a stack', () => {
    const output = record('pretty', (logger) => logger.error({ err: new Error('broken') }, 'it broke'));
    expect(output).toMatch(/Error: broken\n\s+at /);
  });
});

it('logs events in JSON with level names and times', () => {
  const output = record('json', (logger) => {
    logger.debug('left out');
    logger.info({ event: 'server_listening', port: 3000 }, 'listening');
  });
  const { level, event, time, msg } = JSON.parse(output);
  expect({ level, event, msg }).toEqual({ level: 'info', event: 'server_listening', msg: 'listening' });
  expect(new Date(time).toISOString()).toBe(time);
});
