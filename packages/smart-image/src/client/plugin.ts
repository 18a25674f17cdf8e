import { type App, getCurrentInstance, inject, type InjectionKey, type Plugin } from 'vue';
import { SmartImageClient } from './client.js';
import type { SmartImageOptions } from './options.js';

const clientKey: InjectionKey<SmartImageClient> = Symbol('forebay-smart-image');
/** Clients of applications that were not given one. An application is one request's on a server: nothing is shared. */
const byApp = new WeakMap<App, SmartImageClient>();

/** The plugin, and what it gives to the components: for look-ups of one's own, and for signing out. */
export interface SmartImagePlugin {
  readonly client: SmartImageClient;
  readonly install: NonNullable<Extract<Plugin, { install: unknown }>['install']>;
}

/**
 * Tells an application's pictures where their server is. Make one for each application: on a server, for each request.
 *
 * @throws RangeError or TypeError that names the option and the value
 */
export function createSmartImage(options: SmartImageOptions = {}): SmartImagePlugin {
  const client = new SmartImageClient(options);
  return {
    client,
    install(app: App): void {
      app.provide(clientKey, client);
      app.onUnmount(() => client.close());
    },
  };
}

/** The client of the application that this runs in; one with all defaults, if the plugin is not in use. */
export function useSmartImageClient(): SmartImageClient {
  const given = inject(clientKey, undefined);
  if (given !== undefined) return given;
  const app = getCurrentInstance()?.appContext.app;
  if (app === undefined) throw new TypeError('useSmartImageClient() works in setup() alone');
  const known = byApp.get(app);
  if (known !== undefined) return known;
  const client = new SmartImageClient();
  byApp.set(app, client);
  app.onUnmount(() => client.close());
  return client;
}
