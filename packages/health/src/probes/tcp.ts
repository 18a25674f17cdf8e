import { connect } from 'node:net';
import { HealthError } from '../errors.js';
import type { Probe, Target } from '../options.js';
import { parseAgentAnswer } from './agent-answer.js';

/** A target that a TCP probe can connect to. */
export interface TcpTarget extends Target {
  readonly host: string;
  readonly port: number;
}

export interface TcpProbeOptions {
  /** Sent once connected. @default nothing */
  readonly send?: string | Uint8Array | undefined;
  /** What the answer must contain or match. @default none: a connection is enough */
  readonly expect?: string | RegExp | undefined;
  /** Reads the answer as HAProxy's agent check does: `up`, `drain`, `maint`, `75%`. @default false */
  readonly agent?: boolean | undefined;
  /** Bytes of the answer that are read at most. @default 4096 */
  readonly maxBytes?: number | undefined;
  /** The port to ask on, if not the target's own. */
  readonly port?: number | undefined;
}

/** Connects, and says and hears what the options ask for. */
export const tcpProbe =
  <T extends TcpTarget>(options: TcpProbeOptions = {}): Probe<T> =>
  async (target, { signal }) => {
    const { expect, agent = false, maxBytes = 4096, send } = options;
    const socket = connect({ host: target.host, port: options.port ?? target.port });
    const stop = (): void => void socket.destroy(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve).once('error', reject);
      });
      if (send !== undefined) socket.write(send);
      if (expect === undefined && !agent) return true;
      let answer = '';
      for await (const chunk of socket as AsyncIterable<Buffer>) {
        answer += chunk.toString('latin1');
        if (fits(answer, expect) && (!agent || answer.includes('\n'))) break;
        if (answer.length >= maxBytes) break;
      }
      if (!fits(answer, expect)) throw new HealthError('FOREBAY_PROBE_FAILED', 'The answer is not as expected');
      return agent ? parseAgentAnswer(answer) : true;
    } finally {
      signal.removeEventListener('abort', stop);
      socket.destroy();
    }
  };

const fits = (answer: string, expected: string | RegExp | undefined): boolean => {
  if (expected === undefined) return true;
  return typeof expected === 'string' ? answer.includes(expected) : new RegExp(expected).test(answer);
};
