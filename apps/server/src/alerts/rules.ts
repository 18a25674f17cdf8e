import type { AlertConfig } from '../config/config.js';
import type { HistoryPoint } from '../history/series.js';
import type { Facts } from '../metrics/facts.js';
import type { AlertName, Severity } from './alert.js';

/** What rules judge by, once a second. */
export interface AlertFacts extends Pick<Facts, 'disk' | 'queues' | 'tiers' | 'upstreams' | 'workers'> {
  /** The last five minutes by the second. */
  readonly recent: readonly HistoryPoint[];
  /** How often each upstream came or went in the last five minutes, by `route upstream`. */
  readonly flaps: ReadonlyMap<string, number>;
}

/** What a rule finds about one subject. */
export interface Verdict {
  readonly subject: string;
  /** Undefined: too little is known; nothing changes. */
  readonly bad: boolean | undefined;
  readonly value: number;
  readonly threshold: number;
  readonly detail: string;
}

/** One kind of alert. A second's evaluation that is bad raises nothing yet, and one that is good resolves nothing. */
export interface AlertRule {
  readonly name: AlertName;
  readonly severity: Severity;
  /** Bad evaluations in a row, a second apart, until it is raised. */
  readonly raiseAfter: number;
  /** Good ones in a row until it is resolved. */
  readonly resolveAfter: number;
  readonly judge: (facts: AlertFacts) => readonly Verdict[];
}

/** Look-ups in five minutes without which a hit rate says nothing. */
const LEAST_LOOKUPS = 100;
/** Tasks in five minutes without which a failure rate says nothing. */
const LEAST_TASKS = 10;
const MOST_FLAPS = 6;
/** Share of the file system that must be free. */
const LEAST_FREE = 0.05;
/** 99th percentile of the event loop's delay that is too much. ms */
const MOST_DELAY = 250;

/** Whether a sample says anything; undefined if it is too small. Where nothing happened at all, nothing is wrong. */
const enough = (sample: number, least: number): boolean | undefined =>
  sample === 0 ? false : sample >= least || undefined;

/** The rules, with the operator's thresholds. */
export function alertRules({ cacheHitRate, queueDepth, taskFailureRate }: AlertConfig): readonly AlertRule[] {
  return [
    { name: 'no-upstream', severity: 'critical', raiseAfter: 3, resolveAfter: 5, judge: noUpstream },
    { name: 'upstream-flapping', severity: 'warning', raiseAfter: 1, resolveAfter: 60, judge: flapping },
    {
      name: 'cache-hit-rate',
      severity: 'warning',
      raiseAfter: 60,
      resolveAfter: 60,
      judge: ({ recent }) => [hitRate(recent, cacheHitRate)],
    },
    { name: 'redis-away', severity: 'warning', raiseAfter: 3, resolveAfter: 5, judge: redisAway },
    { name: 'disk-nearly-full', severity: 'critical', raiseAfter: 15, resolveAfter: 60, judge: diskNearlyFull },
    { name: 'event-loop-late', severity: 'warning', raiseAfter: 5, resolveAfter: 30, judge: eventLoopLate },
    {
      name: 'queue-depth',
      severity: 'warning',
      raiseAfter: 10,
      resolveAfter: 10,
      judge: ({ queues }) =>
        queues.map(({ depth, queue }) => ({
          subject: queue,
          bad: depth > queueDepth,
          value: depth,
          threshold: queueDepth,
          detail: `${depth} tasks wait in the queue ${queue}`,
        })),
    },
    {
      name: 'task-failures',
      severity: 'warning',
      raiseAfter: 10,
      resolveAfter: 60,
      judge: ({ queues }) =>
        queues.map(({ failed, failureRate, queue, succeeded }) => ({
          subject: queue,
          bad: enough(failed + succeeded, LEAST_TASKS) && failureRate > taskFailureRate,
          value: failureRate,
          threshold: taskFailureRate,
          detail: `${failed} of ${failed + succeeded} tasks of the queue ${queue} failed in five minutes`,
        })),
    },
  ];
}

function noUpstream({ upstreams }: AlertFacts): Verdict[] {
  const groups = [...new Set(upstreams.map(({ group }) => group))];
  return groups.map((group) => {
    const value = upstreams.filter((view) => view.group === group && view.available).length;
    return { subject: group, bad: value === 0, value, threshold: 1, detail: `no upstream of ${group} may be tried` };
  });
}

function flapping({ flaps, upstreams }: AlertFacts): Verdict[] {
  return upstreams.map(({ group, name }) => {
    const subject = `${group} ${name}`;
    const value = flaps.get(subject) ?? 0;
    const detail = `${name} came or went ${value} times in five minutes`;
    return { subject, bad: value >= MOST_FLAPS, value, threshold: MOST_FLAPS, detail };
  });
}

function hitRate(recent: readonly HistoryPoint[], threshold: number): Verdict {
  let hits = 0;
  let misses = 0;
  for (const point of recent) {
    misses += point.misses;
    for (const count of Object.values(point.hits)) hits += count;
  }
  const lookups = hits + misses;
  const value = lookups === 0 ? 1 : hits / lookups;
  return {
    subject: '',
    bad: enough(lookups, LEAST_LOOKUPS) && value < threshold,
    value,
    threshold,
    detail: `${Math.round(value * 1000) / 10} % of ${lookups} requests in five minutes were answered from the cache`,
  };
}

function redisAway({ tiers }: AlertFacts): Verdict[] {
  return tiers
    .filter(({ name }) => name === 'redis')
    .map(({ lastError, name, usable }) => ({
      subject: name,
      bad: !usable,
      value: Number(usable),
      threshold: 1,
      detail: `Redis does not answer; the disk stands in${lastError === undefined ? '' : ` (${lastError})`}`,
    }));
}

function diskNearlyFull({ disk }: AlertFacts): Verdict[] {
  if (disk === undefined || disk.size === 0) return [];
  const value = disk.free / disk.size;
  const detail = `${Math.round(value * 1000) / 10} % of the cache's file system is free`;
  return [{ subject: '', bad: value < LEAST_FREE, value, threshold: LEAST_FREE, detail }];
}

function eventLoopLate({ workers }: AlertFacts): Verdict[] {
  return workers.flatMap(({ health, slot, state }) => {
    // One that leaves shares its slot with the one that came for it.
    if (health === undefined || state !== 'ready') return [];
    const value = health.eventLoopDelayP99;
    const detail = `the event loop of worker ${slot} is ${Math.round(value)} ms late`;
    return [{ subject: `worker ${slot}`, bad: value > MOST_DELAY, value, threshold: MOST_DELAY, detail }];
  });
}
