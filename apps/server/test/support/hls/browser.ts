import { chromium, type Browser, type Page } from 'playwright-core';
import { builtPages } from '../../../src/assets.js';
import { staticPages } from '../../../src/parts/static-files.js';
import { eventually } from '../forebay.js';

/** A browser that talks to nobody by itself. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });

const playerPage = staticPages({
  root: builtPages('pages'),
  prefix: '/sample-pages/',
  pages: { '/player': 'player.html' },
  sources: { media: 'blob: data:' },
});

export interface Playing {
  /** Seconds. */
  readonly position: number;
  readonly playing: boolean;
  readonly rows: Readonly<Record<string, string>>;
}

/** How it went. */
export interface Report {
  readonly stalls: number;
  /** Errors and stalls that the page lists. */
  readonly errors: readonly string[];
  /** Answers that were none, and what the browser complains about. */
  readonly faults: readonly string[];
  /** Requests to others than the server of the page. */
  readonly strangers: readonly string[];
  readonly log: readonly string[];
}

export const WELL = { stalls: 0, errors: [], faults: [], strangers: [] } as const;

/**
 * In the page: times of day are to the millisecond, and whenever it shows when what it plays was recorded, how far behind
 * the present that is.
 */
const OBSERVE_LAG = `
  Date.prototype.toLocaleTimeString = Date.prototype.toISOString;
  globalThis.lags = [];
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const lag = target.dataset?.row === 'date' ? (Date.now() - Date.parse(target.textContent)) / 1000 : NaN;
      if (Number.isFinite(lag)) lags.push(lag);
    }
  }).observe(document, { subtree: true, childList: true });
`;

/** What the tests need of elements in the page. */
interface VideoElement {
  readonly currentTime: number;
  readonly played: { readonly length: number };
  readonly seeking: boolean;
  readonly textTracks: ArrayLike<{ mode: string; readonly cues: { readonly length: number } | null }>;
}

interface RowElement {
  readonly dataset: { readonly row: string };
  readonly textContent: string;
}

/** The player page in a tab of its own. */
export class Player {
  readonly page: Page;
  /** Requests of the page, whole URLs; blobs and data are none. */
  readonly asked: string[] = [];
  /** Answers that were none, and what the browser complains about. */
  readonly faults: string[] = [];
  readonly #base: string;

  private constructor(page: Page, base: string) {
    this.page = page;
    this.#base = base;
    page.on('request', (request) => {
      if (/^https?:/.test(request.url())) this.asked.push(request.url());
    });
    page.on('response', (response) => {
      if (response.status() >= 400) this.faults.push(`${response.status()} ${response.url()}`);
    });
    page.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(message.text());
    });
    page.on('pageerror', (error) => this.faults.push(String(error)));
  }

  /** The page is put under the server's origin here: outside sample mode the server has none. */
  static async open(browser: Browser, base: string, query: string): Promise<Player> {
    const player = new Player(await browser.newPage(), base);
    await player.page.addInitScript(OBSERVE_LAG);
    await player.page.route(
      (url) => url.origin === base && playerPage.takes(url.pathname),
      async (route) => {
        const { status, headers, body } = await playerPage
          .fetch(new Request(route.request().url()))
          .then(async (answer) => ({
            status: answer.status,
            headers: Object.fromEntries(answer.headers),
            body: Buffer.from(await answer.arrayBuffer()),
          }));
        await route.fulfill({ status, headers, body });
      },
    );
    await player.page.goto(`${base}/player?${query}`);
    return player;
  }

  async look(): Promise<Playing> {
    const video = await this.page.locator('video').evaluate((element: VideoElement) => ({
      position: element.currentTime,
      playing: element.played.length > 0 && !element.seeking,
    }));
    const rows = await this.page
      .locator('[data-row]')
      .evaluateAll((elements: RowElement[]) => elements.map(({ dataset, textContent }) => [dataset.row, textContent]));
    return { ...video, rows: Object.fromEntries(rows) as Playing['rows'] };
  }

  /** Resolves once that many seconds have been played from where it began to play. */
  async plays(seconds: number): Promise<Playing> {
    const { position: from } = await this.until(({ playing }) => playing, 'waited for it to play');
    return this.until(
      ({ position }) => position >= from + seconds,
      `waited for ${seconds} s to be played after ${from}`,
    );
  }

  /** The median of how far behind the present it played during the last seconds; in seconds. */
  async lag(): Promise<number> {
    const lags = (await this.page.evaluate<number[]>('lags')).slice(-5).toSorted((a, b) => a - b);
    return lags[lags.length >> 1] ?? Number.NaN;
  }

  /** Shows the first subtitles, and resolves once there are some to show. */
  async showsSubtitles(): Promise<void> {
    const count = (): Promise<number> =>
      this.page.locator('video').evaluate((element: VideoElement) => {
        const track = element.textTracks[0];
        if (track !== undefined) track.mode = 'showing';
        return track?.cues?.length ?? 0;
      });
    await eventually(count, (cues) => cues > 0, 'there are subtitles');
  }

  /** Looks again and again, for at most half a minute. */
  async until(wanted: (playing: Playing) => boolean, what: string): Promise<Playing> {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const playing = await this.look();
      if (wanted(playing)) return playing;
      if (Date.now() > deadline) throw new Error(`${what} in vain: ${JSON.stringify(await this.report())}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** What has become of it; the tab is closed. */
  async report(): Promise<Report> {
    const { rows } = await this.look();
    const [errors, log] = await Promise.all([
      this.page.locator('#events .error').allTextContents(),
      this.page.locator('#events li').allTextContents(),
    ]);
    const strangers = this.asked.filter((url) => !url.startsWith(`${this.#base}/`));
    await this.page.close();
    return { faults: this.faults, errors, strangers, stalls: Number(rows['stalls']), log: log.toReversed() };
  }
}
