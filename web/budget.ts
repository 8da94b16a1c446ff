/** Fails the build when the JavaScript of the first load outgrows what a phone on a slow line should wait for. */
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Three seconds at 300 kbit/s. */
const firstLoadGzipBytesMax = 105 * 1024;

interface Chunk {
  readonly code: string;
  readonly isEntry: boolean;
  readonly imports: readonly string[];
}

/** The chunks a page needs before it shows anything: the entry and all it imports at once. */
export function firstLoad(chunks: ReadonlyMap<string, Chunk>): string[] {
  const names = new Set([...chunks].filter(([, { isEntry }]) => isEntry).map(([name]) => name));
  // a set grows while it is walked
  for (const name of names) {
    for (const imported of chunks.get(name)?.imports ?? []) {
      names.add(imported);
    }
  }
  return [...names];
}

export function bundleBudget(bytesMax = firstLoadGzipBytesMax): Plugin {
  return {
    name: 'bundle-budget',
    apply: 'build',
    generateBundle(_, bundle) {
      const chunks = new Map(Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));
      const first = firstLoad(chunks);
      const sizes = first.map((name) => [name, gzipSync(chunks.get(name)?.code ?? '').length] as const);
      const bytes = sizes.reduce((sum, [, size]) => sum + size, 0);
      this.info(`the first load is ${bytes} of ${bytesMax} bytes of gzipped JavaScript: ${sizes.map(([name, size]) => `${name} ${size}`).join(', ')}`);
      if (bytes > bytesMax) {
        this.error(`the first load is ${bytes} bytes of gzipped JavaScript, ${bytesMax} are allowed: ${first.join(', ')}`);
      }
    },
  };
}
