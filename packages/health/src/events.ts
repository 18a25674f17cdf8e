/** A typed set of listeners that costs a look-up when nobody listens. */
export interface Emitter<Events extends object> {
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void;
  /** Calls the listeners; what one throws reaches the process as an uncaught exception, not the emitter. */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void;
}

export const createEmitter = <Events extends object>(): Emitter<Events> => {
  const listeners: { [Name in keyof Events]?: Set<(event: Events[Name]) => void> } = {};
  return {
    on(name, listener) {
      const set = (listeners[name] ??= new Set());
      set.add(listener);
      return () => set.delete(listener);
    },
    emit(name, event) {
      for (const listener of listeners[name] ?? []) {
        try {
          listener(event);
        } catch (error) {
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    },
  };
};
