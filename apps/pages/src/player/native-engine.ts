import type { StartEngine } from './engine.js';

export const canPlayNatively = (video: HTMLVideoElement): boolean =>
  video.canPlayType('application/vnd.apple.mpegurl') !== '';

/** The browser's own player. It says little about what it does. */
export const startNative: StartEngine = (video, path, { failed }) => {
  const complain = (): void => {
    if (video.error !== null) failed(video.error.message || `media error ${video.error.code}`, true);
  };
  video.addEventListener('error', complain);
  video.src = path;
  return {
    state: () => (video.videoHeight === 0 ? {} : { rendition: `${video.videoHeight}p` }),
    renditions: () => ({ options: [], chosen: -1 }),
    sounds: () => ({ options: [], chosen: -1 }),
    chooseRendition: () => undefined,
    chooseSound: () => undefined,
    settles: () => false,
    stop() {
      video.removeEventListener('error', complain);
      video.removeAttribute('src');
      video.load();
    },
  };
};
