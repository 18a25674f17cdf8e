import type { ProbeAnswer } from '../outcome.js';

const PERCENT = /^(\d{1,3})%$/;

/**
 * Reads an answer in the words of HAProxy's agent check: `up`, `ready`, `down`, `fail`, `stopped`, `maint`, `drain`,
 * `75%`, in any mix, up to the first line's end; what follows `#` is the reason. Words not known are ignored.
 */
export const parseAgentAnswer = (text: string): ProbeAnswer => {
  const [line = ''] = text.split(/[\r\n]/);
  const [words = '', reason] = line.split('#');
  let healthy = true;
  let drain: boolean | undefined;
  let weightShare: number | undefined;
  for (const word of words.toLowerCase().split(/[\s,]+/)) {
    const percent = PERCENT.exec(word)?.[1];
    if (percent !== undefined) weightShare = Math.min(Number(percent) / 100, 1);
    if (word === 'down' || word === 'fail' || word === 'stopped' || word === 'maint') healthy = false;
    if (word === 'drain') drain = true;
    if (word === 'ready' || word === 'up') drain = false;
  }
  return { healthy, drain, weightShare, reason: reason?.trim() || undefined };
};
