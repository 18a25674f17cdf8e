export interface RoomInfo {
  readonly channelId: string;
  readonly title: string;
  readonly living: boolean;
  /** Which interface told it. */
  readonly via: string;
}

export interface FakeApi {
  /** Average time of an answer, ms. */
  readonly ms: number;
  /** 0…1, the share of calls that fail. */
  failing: number;
}

/** Four interfaces of a streaming site, as they are in the wild: of different speed, one of them unreliable. */
export function createFakeApis(): Record<ApiName, FakeApi> {
  return {
    web: { ms: 6, failing: 0 },
    webHTML: { ms: 12, failing: 0 },
    mobile: { ms: 8, failing: 0.1 },
    userHTML: { ms: 20, failing: 0 },
  };
}

export type ApiName = 'web' | 'webHTML' | 'mobile' | 'userHTML';

/** Asks one interface; ends at once when the signal is aborted. */
export async function ask(
  via: ApiName,
  api: FakeApi,
  channelId: string,
  signal: AbortSignal,
  random: () => number = Math.random,
): Promise<RoomInfo> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, api.ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
  if (random() < api.failing) throw new Error(`${via} answered with a captcha`);
  return { channelId, title: `Room ${channelId}`, living: true, via };
}
