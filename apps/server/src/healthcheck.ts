import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { ServerConfig } from './config/index.js';

/** For the server to say that it lives. Milliseconds. */
const patience = 5000;

const loopbackOf = (host: string | undefined): string => {
  if (host === undefined || host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
};

const lives = (host: string, port: number, secure: boolean): Promise<boolean> =>
  new Promise((resolve) => {
    const options = { host, port, path: '/health/live', timeout: patience };
    // Its certificate is for another name, and this is a question to oneself.
    const asked = secure ? secureRequest({ ...options, rejectUnauthorized: false }) : request(options);
    asked.on('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.end();
  });

/** Whether the server of this configuration answers `/health/live` on one of its ports. */
export const checkHealth = async ({ host, port, managementPort, tls }: ServerConfig): Promise<boolean> => {
  const where = loopbackOf(host);
  if (await lives(where, port, tls !== undefined)) return true;
  return managementPort !== undefined && lives(where, managementPort, tls !== undefined);
};
