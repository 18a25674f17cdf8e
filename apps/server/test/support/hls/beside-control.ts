import { monitorEventLoopDelay } from 'node:perf_hooks';
import { WELL, type Player, type Report } from './browser.js';

export interface Watched {
  readonly report: Report;
  /** Seconds behind the present; not a number for what is not live. */
  readonly lag: number;
}

interface Players {
  readonly proxied: () => Promise<Player>;
  readonly control: () => Promise<Player>;
  /** While the proxied player's page is still there. */
  readonly beforeItCloses?: () => Promise<void>;
}

export interface Compared {
  readonly proxied: Watched;
  readonly control: Watched;
}

const ATTEMPTS = 4;
/** Nanoseconds that a timer here may be late: more than that and the machine is not one to play live on. */
const HALT = 300e6;

/**
 * Plays live through the proxy and, at the same time in the same browser, straight from an origin. When it does not go as
 * wanted, but the second one does not play well either, or this process was halted, that says nothing of the proxy: then,
 * and only then, both play once more.
 */
export async function besideControl(
  seconds: number,
  players: Players,
  wanted: (compared: Compared) => boolean = ({ proxied }) => playedWell(proxied.report),
): Promise<Compared> {
  for (let attempt = 1; ; attempt += 1) {
    const delays = monitorEventLoopDelay({ resolution: 10 });
    delays.enable();
    const [proxied, control] = await Promise.all([
      watch(players.proxied, seconds, players.beforeItCloses),
      watch(players.control, seconds),
    ]);
    delays.disable();
    const innocent = playedWell(control.report) && delays.max < HALT;
    if (innocent || attempt === ATTEMPTS || wanted({ proxied, control })) return { proxied, control };
  }
}

async function watch(
  open: () => Promise<Player>,
  seconds: number,
  beforeItCloses?: () => Promise<void>,
): Promise<Watched> {
  const player = await open();
  await player.plays(seconds);
  const lag = await player.lag();
  await beforeItCloses?.();
  return { lag, report: await player.report() };
}

export const playedWell = (report: Report): boolean =>
  Object.entries(WELL).every(([name, wanted]) => String(report[name as keyof typeof WELL]) === String(wanted));
