/** A list of tests run one after another, each in fresh browser contexts, with a picture of what failed. */
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { Maru } from './server.ts';

const out = fileURLToPath(new URL('out/', import.meta.url));
const stepWithinMs = 20_000;

/** What a test has to work with. */
export class Stage {
  readonly browser: Browser;
  readonly maru: Maru;
  readonly #contexts: BrowserContext[] = [];
  /** Errors of the pages that no test expects. */
  readonly crashes: string[] = [];

  constructor(browser: Browser, maru: Maru) {
    this.browser = browser;
    this.maru = maru;
  }

  /** A page in a context of its own: nobody else's cookies, nobody else's storage. */
  async page(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({
      baseURL: this.maru.url,
      viewport: { width: 1440, height: 860 },
      locale: 'ko-KR',
      ...options,
    });
    this.#contexts.push(context);
    context.setDefaultTimeout(stepWithinMs);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.crashes.push(error.stack ?? error.message));
    return page;
  }

  async keepPictures(name: string): Promise<void> {
    await mkdir(out, { recursive: true });
    const pages = this.#contexts.flatMap((context) => context.pages());
    await Promise.all(pages.map((page, at) => page.screenshot({ path: `${out}${name.replaceAll(/\W+/gu, '-')}-${at + 1}.png` })));
  }

  async close(): Promise<void> {
    await Promise.all(this.#contexts.map((context) => context.close()));
  }
}

export interface Scenario {
  readonly name: string;
  run(stage: Stage): Promise<void>;
}

/** Runs the scenarios whose name holds `only`; how many passed and failed. */
export async function runAll(browser: Browser, scenarios: readonly Scenario[], only: string): Promise<{ passed: number; failed: number }> {
  await rm(out, { recursive: true, force: true });
  const chosen = scenarios.filter(({ name }) => name.includes(only));
  const maru = await Maru.start();
  let [passed, failed] = [0, 0];
  try {
    for (const scenario of chosen) {
      const began = Date.now();
      const failure = await runOne(new Stage(browser, maru), scenario);
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      if (failure === null) {
        passed += 1;
        say(`ok    ${scenario.name} (${seconds} s)`);
      } else {
        failed += 1;
        say(`FAIL  ${scenario.name} (${seconds} s)\n${failure}`);
      }
    }
  } finally {
    if (failed > 0) {
      say(`--- the server's last words ---\n${maru.log.slice(-4000)}`);
    }
    await maru.stop();
  }
  return { passed, failed };
}

async function runOne(stage: Stage, scenario: Scenario): Promise<string | null> {
  try {
    await scenario.run(stage);
    return stage.crashes.length === 0 ? null : `the page threw:\n${stage.crashes.join('\n')}`;
  } catch (error) {
    await stage.keepPictures(scenario.name).catch((trouble: unknown) => say(`no picture: ${String(trouble)}`));
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } finally {
    await stage.close();
  }
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Asks until the answer is the wished one; fails with the last answer. */
export async function until<T>(what: string, ask: () => Promise<T>, wished: (answer: T) => boolean, withinMs = stepWithinMs): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (wished(answer)) {
      return answer;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: still ${JSON.stringify(answer)} after ${withinMs} ms`);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}
