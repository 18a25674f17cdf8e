import { request, type ClientRequest, type IncomingMessage } from 'node:http';

export interface StreamedEvent {
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A client of Server-Sent Events, as much of it as the tests need. */
export class EventStream {
  readonly events: StreamedEvent[] = [];
  readonly #request: ClientRequest;
  #buffer = '';
  #watch: () => void = () => undefined;
  ended = false;

  private constructor(asked: ClientRequest, response: IncomingMessage) {
    this.#request = asked;
    response.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    const end = (): void => {
      this.ended = true;
      this.#watch();
    };
    response.on('error', end).on('close', end);
  }

  static open(port: number, headers: Record<string, string> = {}): Promise<EventStream> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path: '/api/v1/events', headers, agent: false };
      const asked = request(options, (response) => {
        if (response.statusCode === 200) resolve(new EventStream(asked, response));
        else reject(new Error(`answered ${response.statusCode}`));
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  /** The first event from now on, or of those that came already, that is as wanted. */
  until(wanted: (event: StreamedEvent) => boolean): Promise<StreamedEvent> {
    return new Promise((resolve, reject) => {
      this.#watch = () => {
        const found = this.events.find(wanted);
        if (found !== undefined) resolve(found);
        else if (this.ended) reject(new Error('the stream ended'));
      };
      this.#watch();
    });
  }

  async end(): Promise<void> {
    if (!this.ended) {
      const closed = new Promise<void>((resolve) => {
        this.#watch = resolve;
      });
      this.#request.destroy();
      await closed;
    }
  }

  #take(text: string): void {
    const parts = (this.#buffer + text).split('\n\n');
    this.#buffer = parts.pop() ?? '';
    for (const part of parts) {
      const id = /^id: (.*)$/m.exec(part)?.[1];
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (id !== undefined && data !== undefined)
        this.events.push({ id, data: JSON.parse(data) as StreamedEvent['data'] });
    }
    this.#watch();
  }
}
