import { setMaxListeners } from 'node:events';

/** A controller for one attempt, whose signal goes to as many keys at once as are refreshed. */
export function taskController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
