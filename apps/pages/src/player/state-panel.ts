import { bufferedAhead } from './buffer.js';
import type { EngineState } from './engine.js';

type Row =
  | 'state'
  | 'rendition'
  | 'size'
  | 'position'
  | 'buffer'
  | 'latency'
  | 'bandwidth'
  | 'dropped'
  | 'stalls'
  | 'date';

const LABELS: Readonly<Record<Row, string>> = {
  state: 'State',
  rendition: 'Rendition',
  size: 'Picture',
  position: 'Position',
  buffer: 'Buffered ahead',
  latency: 'Latency',
  bandwidth: 'Bandwidth',
  dropped: 'Dropped frames',
  stalls: 'Stalls',
  date: 'Recorded at',
};

/** Shows what the video element and the engine say; a value that is not known shows as a dash. */
export function createStatePanel(
  list: HTMLDListElement,
): (video: HTMLVideoElement, engine: EngineState, stalls: number) => void {
  const cells = {} as Record<Row, HTMLElement>;
  for (const [row, label] of Object.entries(LABELS) as [Row, string][]) {
    const term = document.createElement('dt');
    term.textContent = label;
    const cell = document.createElement('dd');
    cell.dataset['row'] = row;
    cells[row] = cell;
    list.append(term, cell);
  }
  return (video, engine, stalls) => {
    const values: Readonly<Record<Row, string | undefined>> = {
      state: stateOf(video),
      rendition: engine.rendition,
      size: video.videoWidth === 0 ? undefined : `${video.videoWidth} × ${video.videoHeight}`,
      position: seconds(video.currentTime),
      buffer: seconds(bufferedAhead(video)),
      latency:
        engine.latency === undefined
          ? undefined
          : `${seconds(engine.latency)} (wants ${seconds(engine.targetLatency)})`,
      bandwidth: engine.bandwidth === undefined ? undefined : `${(engine.bandwidth / 1e6).toFixed(1)} Mbit/s`,
      dropped: String(video.getVideoPlaybackQuality().droppedVideoFrames),
      stalls: String(stalls),
      date: engine.date?.toLocaleTimeString(),
    };
    for (const row of Object.keys(values) as Row[]) cells[row].textContent = values[row] ?? '–';
  };
}

function stateOf(video: HTMLVideoElement): string {
  if (video.error !== null) return 'failed';
  if (video.ended) return 'ended';
  if (video.paused) return 'paused';
  return video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA ? 'playing' : 'waiting';
}

const seconds = (value: number | undefined): string | undefined =>
  value === undefined || !Number.isFinite(value) ? undefined : `${value.toFixed(1)} s`;
