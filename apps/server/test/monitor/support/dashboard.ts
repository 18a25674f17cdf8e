import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** The dashboard in a tab of its own, and what it must not do. */
export class Dashboard {
  readonly page: Page;
  /** Requests to others than the server. */
  readonly strangers: string[] = [];
  /** Broken policies, errors in the page, and whatever the browser calls an error, but for answers that are refusals. */
  readonly complaints: string[] = [];
  readonly #base: string;

  private constructor(page: Page, base: string) {
    this.page = page;
    this.#base = base;
    page.on('request', (request) => {
      if (!request.url().startsWith(`${base}/`)) this.strangers.push(request.url());
    });
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  static async open(browser: Browser, port: number, options: BrowserContextOptions = {}): Promise<Dashboard> {
    const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
    await context.addInitScript(
      `addEventListener('securitypolicyviolation', (event) => console.error('policy', event.violatedDirective, event.blockedURI))`,
    );
    context.setDefaultTimeout(6000);
    return new Dashboard(await context.newPage(), `http://127.0.0.1:${port}`);
  }

  async show(place = 'overview'): Promise<void> {
    await this.page.goto(`${this.#base}/monitor#${place}`);
  }

  /** On the server's own page, and then the dashboard has been reached. */
  async signIn(key: string): Promise<void> {
    await this.page.getByLabel('API key').fill(key);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.live();
  }

  async live(): Promise<void> {
    await this.page.getByText('Live', { exact: true }).waitFor();
  }

  /** Goes to a section by its link. */
  async go(place: string): Promise<void> {
    await this.page
      .getByRole('navigation')
      .getByRole('link', { name: new RegExp(`^${place}`) })
      .click();
  }

  /** The row of a table that is about something. */
  row(about: string): ReturnType<Page['getByRole']> {
    return this.page.getByRole('row').filter({ has: this.page.getByRole('rowheader').filter({ hasText: about }) });
  }

  async press(name: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name }).click();
  }

  /** Goes ahead with what the dialog asks. */
  async confirm(go: string): Promise<void> {
    await this.page.getByRole('dialog').getByRole('button', { name: go, exact: true }).click();
  }

  /** Waits for word of what was done. */
  async hears(text: string | RegExp): Promise<void> {
    await this.page.locator('.toasts').getByText(text).last().waitFor({ timeout: 5000 });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
