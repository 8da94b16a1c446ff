/** What of a session outlives a reload, and the guard that keeps a duplicated tab from sharing it. */
import { op } from './frames.ts';
import type { SavedBatch } from './pending.ts';
import { bool, list, nullable, oneOf, record, str, uint, uint32, type ValueOf } from './wire.ts';

/** A place for short texts that lives as long as the tab. */
export interface SessionStorage {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
}

/** Takes a name for this page alone until released; null when another page holds it. */
export type Exclusive = (name: string) => Promise<(() => void) | null>;

const savedSession = record({
  version: oneOf(1),
  /** Names the session to {@link Exclusive}. */
  name: str,
  token: str,
  nextNumber: uint32,
  lastAnswered: uint32,
  batches: list(
    record({ number: uint32, ops: list(op), madeAtMs: uint, baseSeq: nullable(uint), sent: bool }),
  ),
});

/** A session as it is written down. */
export type SavedSession = ValueOf<typeof savedSession>;

export interface SessionState {
  readonly token: string;
  readonly nextNumber: number;
  readonly lastAnswered: number;
  readonly batches: readonly SavedBatch[];
}

export interface SessionStoreOptions {
  readonly storage: SessionStorage | null;
  readonly exclusive: Exclusive | null;
  readonly key: string;
  readonly random: () => number;
  readonly problem: (detail: string) => void;
}

function parse(text: string): SavedSession | null {
  try {
    return savedSession.read(JSON.parse(text), 'session');
  } catch {
    // written by another version or cut off: as good as none
    return null;
  }
}

export class SessionStore {
  readonly #options: SessionStoreOptions;
  #name: string;
  #release: (() => void) | null = null;

  constructor(options: SessionStoreOptions) {
    this.#options = options;
    this.#name = this.#newName();
  }

  /** The session this tab left behind, if it is this tab's alone. */
  async load(): Promise<SavedSession | null> {
    const text = this.#try((storage) => storage.get(this.#options.key));
    const saved = text ? parse(text) : null;
    if (saved && (await this.#take(saved.name))) return saved;
    this.clear();
    await this.#take(this.#name);
    return null;
  }

  save(state: SessionState): void {
    const text = JSON.stringify(savedSession.write({ version: 1, name: this.#name, ...state }));
    this.#try((storage) => storage.set(this.#options.key, text));
  }

  clear(): void {
    this.#try((storage) => storage.remove(this.#options.key));
  }

  /** Gives the session's name free; the next session has another one. */
  close(): void {
    this.#release?.();
    this.#release = null;
    this.#name = this.#newName();
  }

  #newName(): string {
    const { key, random } = this.#options;
    return `${key}.${random().toString(36).slice(2)}${random().toString(36).slice(2)}`;
  }

  async #take(name: string): Promise<boolean> {
    const { exclusive } = this.#options;
    if (exclusive) {
      const release = await exclusive(name);
      if (!release) return false;
      this.#release?.();
      this.#release = release;
    }
    this.#name = name;
    return true;
  }

  #try<T>(use: (storage: SessionStorage) => T): T | null {
    const { storage, problem } = this.#options;
    if (!storage) return null;
    try {
      return use(storage);
    } catch (error) {
      problem(error instanceof Error ? error.message : String(error));
      return null;
    }
  }
}

/** The part of the Web Storage API in use. */
export interface WebStorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** A browser's `sessionStorage`. */
export function webStorage(storage: WebStorageLike): SessionStorage {
  return {
    get: (key) => storage.getItem(key),
    set: (key, value) => storage.setItem(key, value),
    remove: (key) => storage.removeItem(key),
  };
}

/** The part of the Web Locks API in use. */
export interface LockManagerLike {
  request(name: string, options: { signal: AbortSignal }, held: () => Promise<void>): Promise<unknown>;
}

/** A page that reloads may still hold its lock for a moment. */
const LOCK_WAIT_MS = 400;

/** A browser's `navigator.locks`: a lock goes with its page, so a reload gets it and a duplicate does not. */
export function webLocks(locks: LockManagerLike): Exclusive {
  return (name) =>
    new Promise((resolve) => {
      const waiting = new AbortController();
      const timer = setTimeout(() => waiting.abort(), LOCK_WAIT_MS);
      const held = () => {
        clearTimeout(timer);
        return new Promise<void>((release) => resolve(release));
      };
      // it rejects only when the wait was ended, or locks are refused here: not exclusive either way
      locks.request(name, { signal: waiting.signal }, held).catch(() => resolve(null));
    });
}
