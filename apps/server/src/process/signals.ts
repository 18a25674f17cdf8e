export interface SignalHandlers {
  /** The first `SIGTERM` or `SIGINT`. */
  stop(signal: string): void;
  /** A second one. */
  force(signal: string): void;
  /** Each `SIGHUP`. */
  reload(): void;
}

/** A key press in a terminal reaches the server twice when a package manager runs it: once each. Milliseconds. */
const sameKeyPress = 200;

/** Listens for signals; returns what ends it. */
export const onSignals = (handlers: SignalHandlers): (() => void) => {
  let first: { readonly signal: string; readonly at: number } | undefined;
  const end = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (first === undefined) {
      first = { signal, at: now };
      handlers.stop(signal);
    } else if (!(signal === 'SIGINT' && first.signal === 'SIGINT' && now - first.at < sameKeyPress)) {
      handlers.force(signal);
    }
  };
  const reload = (): void => {
    handlers.reload();
  };
  process.on('SIGTERM', end).on('SIGINT', end).on('SIGHUP', reload);
  return () => {
    process.off('SIGTERM', end).off('SIGINT', end).off('SIGHUP', reload);
  };
};
