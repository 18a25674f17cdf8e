import { parseArgs } from 'node:util';
import type { PeerName } from './peers/peer.js';

export interface Options {
  readonly cases: readonly string[];
  readonly peers: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  /** A file for the figures as JSON. */
  readonly json: string | undefined;
  /** Right answers only, in seconds; for continuous integration. */
  readonly smoke: boolean;
}

/** @throws {TypeError} an unknown flag, case or peer; {RangeError} a number out of bounds */
export function readOptions(
  args: readonly string[],
  known: { readonly cases: readonly string[]; readonly peers: readonly PeerName[] },
): Options | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      case: { type: 'string', multiple: true },
      peer: { type: 'string', multiple: true },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      connections: { type: 'string', default: '32' },
      json: { type: 'string' },
      smoke: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { smoke } = values;
  return {
    cases: choose('--case', values.case, known.cases),
    peers: choose('--peer', values.peer, known.peers),
    rounds: number('--rounds', values.rounds ?? (smoke ? '1' : '5'), 1, 100),
    seconds: number('--seconds', values.seconds ?? (smoke ? '1' : '3'), 1, 120),
    connections: number('--connections', values.connections, 1, 2000),
    json: values.json,
    smoke,
  };
}

export function usage(
  cases: readonly { readonly name: string; readonly title: string }[],
  peers: readonly string[],
): string {
  const list = cases.map(({ name, title }) => `    ${name.padEnd(22)}${title}`).join('\n');
  return `tsx src/http/main.ts [options]

  --case NAME         one of those below; may be repeated (default: all)
${list}
  --peer NAME         ${peers.join(', ')}; may be repeated (default: all installed)
  --rounds N          interleaved rounds, of which the medians are shown (5)
  --seconds N         of load in each round on each server (3)
  --connections N     (32)
  --json FILE         the figures once more, for machines
  --smoke             right answers only, within seconds; fails when one is wrong, never because it is slow
`;
}

function choose(flag: string, wanted: readonly string[] | undefined, known: readonly string[]): readonly string[] {
  const unknown = (wanted ?? []).filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new TypeError(`${flag}: there is no ${unknown.join(', ')}; there are ${known.join(', ')}`);
  return wanted ?? known;
}

function number(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${flag}: ${text} is not a whole number from ${least} to ${most}`);
  }
  return value;
}
