/** A typed event emitter whose listeners cannot harm each other or the one who emits. */

type Listener<T> = (value: T) => void;

export class Emitter<Events extends object> {
  #listeners: { [K in keyof Events]?: Set<Listener<Events[K]>> } = {};

  /** Calls the listener on each such event; the returned function ends that. */
  on<K extends keyof Events>(name: K, listener: Listener<Events[K]>): () => void {
    const listeners = (this.#listeners[name] ??= new Set());
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  protected emit<K extends keyof Events>(name: K, value: Events[K]): void {
    for (const listener of this.#listeners[name] ?? []) {
      try {
        listener(value);
      } catch (error) {
        // the listener's own fault: it surfaces as uncaught, after the room has done its work
        setTimeout(() => {
          throw error;
        }, 0);
      }
    }
  }
}
