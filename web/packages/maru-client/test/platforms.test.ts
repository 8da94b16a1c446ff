// Where the client runs: plain modules with types for anyone, and no more of a platform than it must have.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeClient, encodeServer, type ServerFrame } from '../src/index.ts';
import { LIMITS, ROOM_INFO } from './fake-room.ts';

const run = promisify(execFile);
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const modules = at('../../../node_modules');
const tsc = join(modules, '.bin/tsc');
const slow = 60_000;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maru-client-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('sources import nothing but each other and MessagePack', async () => {
  const names = await readdir(at('../src'));
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) {
    const text = await readFile(at(`../src/${name}`), 'utf8');
    const imported = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/gu)].map(([, path = '']) => path);
    for (const path of imported) expect(path, name).toMatch(/^(\.\/[a-z-]+\.ts|@msgpack\/msgpack)$/u);
  }
});

/** A React Native app has these; its engine lacks the newest methods of arrays. */
function bareContext(sockets: unknown[], answers: (bytes: Uint8Array) => readonly ServerFrame[]) {
  class BareWebSocket {
    binaryType = '';
    readonly #listeners = new Map<string, (event: unknown) => void>();
    constructor(...opened: unknown[]) {
      sockets.push(opened);
      setTimeout(() => this.#listeners.get('open')?.({}), 0);
    }
    addEventListener(name: string, listener: (event: unknown) => void): void {
      this.#listeners.set(name, listener);
    }
    send(bytes: Uint8Array): void {
      for (const frame of answers(new Uint8Array(bytes))) {
        const { buffer } = new Uint8Array(encodeServer(frame));
        setTimeout(() => this.#listeners.get('message')?.({ data: buffer }), 0);
      }
    }
    close(): void {
      setTimeout(() => this.#listeners.get('close')?.({}), 0);
    }
  }
  const context = createContext({ WebSocket: BareWebSocket, setTimeout, clearTimeout, fetch, URL, TextEncoder, TextDecoder });
  runInContext(
    `for (const name of ['toSorted', 'toReversed', 'toSpliced', 'with', 'findLast', 'findLastIndex']) delete Array.prototype[name];
     delete Object.groupBy; delete Promise.withResolvers;`,
    context,
  );
  return context;
}

const theme = { wallpaper: 'plain', flooring: 'oak', light: 'day', seq: 0 };

function answersOf(bytes: Uint8Array): readonly ServerFrame[] {
  const frame = decodeClient(bytes);
  if (frame.type === 'join') {
    const welcome = { epoch: 1, session: 1, member: 1, resumeToken: 't', role: 'editor', room: ROOM_INFO } as const;
    return [
      { type: 'welcome', ...welcome, limits: LIMITS, lastNumber: 0, resumed: false },
      { type: 'snapshot', epoch: 1, seq: 0, theme, items: [], chat: [], people: [], parts: 0, room: ROOM_INFO },
    ];
  }
  if (frame.type !== 'ops') return [];
  return [{ type: 'acks', epoch: 1, acks: [{ number: frame.number, outcome: 'applied', seq: 1, reason: null }] }];
}

test('the bundle runs with the globals of React Native and no others', async () => {
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      outDir: folder,
      minify: false,
      target: 'es2022',
      lib: { entry: at('../src/index.ts'), formats: ['iife'], name: 'maru', fileName: () => 'maru.js' },
    },
  });
  const sockets: unknown[] = [];
  const context = bareContext(sockets, answersOf);
  runInContext(await readFile(join(folder, 'maru.js'), 'utf8'), context);
  const outcome: unknown = await runInContext(
    `(async () => {
       const room = new maru.LiveRoom({ url: maru.liveUrl('https://maru.example', 'r'), ticket: async () => 'ticket' });
       await room.start();
       const put = room.put({ kind: 'chair', place: 0, x: 1, y: 1, rotation: 0, color: '' });
       room.undo();
       room.typing(true);
       return { ...(await put), state: room.state.name };
     })()`,
    context,
  );
  expect(outcome).toEqual({ status: 'applied', seq: 1, state: 'inside' });
  expect(sockets).toEqual([['wss://maru.example/v1/rooms/r/live', 'maru.v1']]);
}, slow);

test('the package is plain modules with types, for a strict project outside', async () => {
  const packaged = join(folder, 'node_modules/maru-client');
  await mkdir(packaged, { recursive: true });
  await run(tsc, ['-p', at('../tsconfig.build.json'), '--outDir', join(packaged, 'dist')]);
  await writeFile(join(packaged, 'package.json'), await readFile(at('../package.json')));
  await mkdir(join(folder, 'node_modules/@msgpack'));
  await symlink(join(modules, '@msgpack/msgpack'), join(folder, 'node_modules/@msgpack/msgpack'));
  const used = `import { LiveRoom, type Outcome } from 'maru-client';
const room = new LiveRoom({ url: 'ws://127.0.0.1:9/v1/rooms/r/live', ticket: async () => 't' });
room.on('person:joined', ({ name }) => name.length);
export const outcome: Promise<Outcome> = room.duplicate([1], 1, 0);
// @ts-expect-error a line is a text
export const wrong = () => room.say(1);
`;
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'use.ts'), used);
  const strict = ['--strict', '--target', 'es2022', '--lib', 'es2022,dom', '--module', 'nodenext', '--types', ''];
  await run(tsc, [...strict, '--outDir', join(folder, 'out'), join(folder, 'use.ts')], { cwd: folder });
  const { stdout } = await run(process.execPath, ['-e', `import('${folder}/out/use.js').then((m) => console.log(typeof m.outcome))`], { cwd: folder });
  expect(stdout.trim()).toBe('object');
}, slow);
