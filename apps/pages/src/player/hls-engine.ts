import HlsJs, { ErrorDetails, ErrorTypes, Events } from 'hls.js';
import workerPath from 'hls.js/dist/hls.worker.js?url';
import { begins, hasEnough } from './buffer.js';
import { AUTOMATIC, type StartEngine } from './engine.js';

/** Milliseconds. hls.js drops the sound that it has before it loads the other one. */
const SETTLING = 3000;

export const canUseHlsJs = (): boolean => HlsJs.isSupported();

/** hls.js over Media Source Extensions. */
export const startHlsJs: StartEngine = (video, path, { happened, failed }) => {
  // Faster by up to a half, where it has fallen behind.
  const hls = new HlsJs({ workerPath, lowLatencyMode: true, maxLiveSyncPlaybackRate: 1.5 });
  let recoveries = 0;
  let settledAt = 0;
  const settles = (): boolean => performance.now() < settledAt;
  hls.on(Events.MANIFEST_PARSED, (_, { levels, audioTracks }) =>
    happened(`the playlist names ${levels.length} renditions and ${audioTracks.length} sounds`),
  );
  hls.on(Events.LEVEL_SWITCHED, (_, { level }) => happened(`plays ${nameOf(hls, level)}`));
  hls.on(Events.ERROR, (_, { type, details, fatal, reason, error, buffer = 0 }) => {
    // It has cancelled a load itself.
    if (details === ErrorDetails.INTERNAL_ABORTED) return;
    if (details === ErrorDetails.BUFFER_STALLED_ERROR && !fatal && (begins(video) || hasEnough(video) || settles())) {
      happened(`stuck with ${buffer.toFixed(1)} s buffered`);
      return;
    }
    // On its way to where a live stream begins to be played.
    if (details === ErrorDetails.BUFFER_SEEK_OVER_HOLE && begins(video)) return;
    failed([details, reason ?? error?.message].filter(Boolean).join(': '), fatal);
    // What hls.js' documentation advises, but not for ever.
    if (!fatal || recoveries++ >= 3) return;
    if (type === ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    else if (type === ErrorTypes.NETWORK_ERROR) hls.startLoad();
  });
  hls.loadSource(path);
  hls.attachMedia(video);

  return {
    state: () => ({
      ...(hls.currentLevel < 0 ? {} : { rendition: nameOf(hls, hls.currentLevel) }),
      ...(Number.isFinite(hls.bandwidthEstimate) ? { bandwidth: hls.bandwidthEstimate } : {}),
      ...(hls.latestLevelDetails?.live === true ? { latency: hls.latency } : {}),
      ...(hls.targetLatency === null ? {} : { targetLatency: hls.targetLatency }),
      ...(hls.playingDate === null ? {} : { date: hls.playingDate }),
    }),
    renditions: () => ({
      options: [AUTOMATIC, ...hls.levels.map((_, id) => ({ id, title: nameOf(hls, id) }))],
      chosen: hls.autoLevelEnabled ? AUTOMATIC.id : hls.nextLevel,
    }),
    sounds: () => ({ options: hls.audioTracks.map(({ id, name }) => ({ id, title: name })), chosen: hls.audioTrack }),
    chooseRendition: (id) => void (hls.nextLevel = id),
    chooseSound(id) {
      settledAt = performance.now() + SETTLING;
      hls.audioTrack = id;
    },
    settles,
    stop: () => hls.destroy(),
  };
};

function nameOf(hls: HlsJs, id: number): string {
  const level = hls.levels[id];
  if (level === undefined) return '';
  const rate = `${Math.round(level.bitrate / 1000)} kbit/s`;
  return level.height > 0 ? `${level.height}p, ${rate}` : rate;
}
