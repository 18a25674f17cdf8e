/** One of several: a rendition or a sound. */
export interface Option {
  readonly id: number;
  readonly title: string;
}

export interface Choice {
  readonly options: readonly Option[];
  readonly chosen: number;
}

/** What an engine knows beyond what the video element tells. Seconds and bits a second. */
export interface EngineState {
  readonly rendition?: string;
  readonly bandwidth?: number;
  readonly latency?: number;
  readonly targetLatency?: number;
  readonly date?: Date;
}

export interface Reporter {
  readonly happened: (text: string) => void;
  readonly failed: (text: string, fatal: boolean) => void;
}

/** What plays a stream in a video element. */
export interface Engine {
  state(): EngineState;
  renditions(): Choice;
  sounds(): Choice;
  chooseRendition(id: number): void;
  chooseSound(id: number): void;
  /** Whether it is changing the sound: playback may halt for that. */
  settles(): boolean;
  stop(): void;
}

export type StartEngine = (video: HTMLVideoElement, path: string, reporter: Reporter) => Engine;

/** Chosen by the engine itself. */
export const AUTOMATIC: Option = { id: -1, title: 'automatic' };
