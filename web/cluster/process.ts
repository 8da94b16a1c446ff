/** A process that is started, frozen, killed and told to stop, with what it said kept in a file. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

const wordsKept = 3_000;

/** Without the settings of whoever runs the tests. */
export function bareEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MARU_')));
}

export interface ProcessOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly settings?: NodeJS.ProcessEnv;
  /** Where its words go, over all its lives. */
  readonly logFile: string;
}

export class ManagedProcess {
  readonly #options: ProcessOptions;
  #child: ChildProcess | null = null;
  #frozen = false;
  /** How often it was started. */
  lives = 0;

  constructor(options: ProcessOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    const child = this.#child;
    return child !== null && child.exitCode === null && child.signalCode === null;
  }

  get isFrozen(): boolean {
    return this.#frozen;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  start(): void {
    if (this.isRunning) {
      throw new Error(`${this.#options.program} runs already`);
    }
    const { program, args, settings, logFile } = this.#options;
    const log = openSync(logFile, 'a');
    // the child has a descriptor of its own
    try {
      this.#child = spawn(program, args, { stdio: ['ignore', log, log], env: { ...bareEnvironment(), ...settings } });
    } finally {
      closeSync(log);
    }
    // how it ended is among its words: a crash in a library of another language says nothing of itself
    this.#child.on('exit', (code, signal) => appendFileSync(logFile, `--- ended: ${signal ?? `code ${code}`}\n`));
    this.#frozen = false;
    this.lives += 1;
  }

  /** Without a warning, as when the power goes. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL', 0);
  }

  /** Asks it to stop, and kills it when it has not within so long; whether it went by itself. */
  async terminate(withinMs: number): Promise<boolean> {
    return this.#end('SIGTERM', withinMs);
  }

  /** Kills it without waiting for its end. */
  abandon(): void {
    if (this.isRunning) this.#child?.kill('SIGKILL');
  }

  freeze(): void {
    this.#signal('SIGSTOP');
    this.#frozen = true;
  }

  thaw(): void {
    this.#signal('SIGCONT');
    this.#frozen = false;
  }

  /** Its last words. */
  async words(): Promise<string> {
    return (await readFile(this.#options.logFile, 'utf8')).slice(-wordsKept);
  }

  #signal(signal: NodeJS.Signals): void {
    if (!this.isRunning || !this.#child?.kill(signal)) {
      throw new Error(`${this.#options.program} is not there to get ${signal}`);
    }
  }

  async #end(signal: NodeJS.Signals, patienceMs: number): Promise<boolean> {
    const child = this.#child;
    if (!child || !this.isRunning) return true;
    const gone = once(child, 'exit');
    child.kill(signal);
    // a frozen process gets nothing but SIGKILL until it goes on
    if (this.#frozen) child.kill('SIGCONT');
    this.#frozen = false;
    let byItself = true;
    const hard =
      signal === 'SIGKILL'
        ? null
        : setTimeout(() => {
            byItself = false;
            child.kill('SIGKILL');
          }, patienceMs);
    await gone;
    if (hard) clearTimeout(hard);
    return byItself;
  }
}
