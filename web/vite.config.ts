// One configuration for the development server, the production build and the unit tests.
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { bundleBudget } from './budget.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
const server = process.env.MARU_SERVER ?? 'http://127.0.0.1:8080';

/** What the server answers itself: the API with its WebSockets, and the development identity provider. */
const proxy = {
  // the server takes WebSockets only from its own origin
  '/v1': { target: server, ws: true, rewriteWsOrigin: true },
  // not /dev.html, the workbench
  '^/dev/': { target: server },
};

export default defineConfig({
  plugins: [react(), bundleBudget()],
  resolve: {
    alias: {
      '@protocol': `${repository}protocol`,
      // its package names what `npm run build -w maru-client` makes, for the world outside; here it is its source
      'maru-client': `${repository}web/packages/maru-client/src/index.ts`,
    },
  },
  server: {
    host: '127.0.0.1',
    // protocol/ and demo/ live beside web/ and are read by the server too
    fs: { allow: [repository] },
    proxy,
  },
  preview: { host: '127.0.0.1', proxy },
  build: { target: 'es2023', sourcemap: false },
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx', 'packages/*/test/**/*.test.ts'],
  },
});
