/** Typed events: each handler gets its event's detail, and `on` returns how to stop. */

export class Emitter<Events> {
  private readonly handlers = new Map<keyof Events, Set<(detail: never) => void>>();

  on<Name extends keyof Events>(name: Name, handler: (detail: Events[Name]) => void): () => void {
    const set = this.handlers.get(name) ?? new Set();
    set.add(handler);
    this.handlers.set(name, set);
    return () => set.delete(handler);
  }

  emit<Name extends keyof Events>(name: Name, detail: Events[Name]): void {
    for (const handler of this.handlers.get(name) ?? []) (handler as (detail: Events[Name]) => void)(detail);
  }

  clear(): void {
    this.handlers.clear();
  }
}
