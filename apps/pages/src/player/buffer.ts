/** Seconds of media from here to where the buffer ends. */
export function bufferedAhead({ buffered, currentTime }: HTMLVideoElement): number {
  for (let range = 0; range < buffered.length; range += 1)
    if (buffered.start(range) <= currentTime + 0.1 && buffered.end(range) > currentTime)
      return buffered.end(range) - currentTime;
  return 0;
}

/** Seconds ahead with which playback that stands still does not stand for want of data. */
const ENOUGH = 0.5;

/** Whether playback that stands still now can only do so because this machine is busy. */
export const hasEnough = (video: HTMLVideoElement): boolean => bufferedAhead(video) > ENOUGH;

/** Seconds that playback may halt in while it begins: players start before the second segment has come. */
const BEGINNING = 1;

/** Whether it has not really begun to play. */
export function begins({ played }: HTMLVideoElement): boolean {
  let seconds = 0;
  for (let range = 0; range < played.length; range += 1) seconds += played.end(range) - played.start(range);
  return seconds < BEGINNING;
}
