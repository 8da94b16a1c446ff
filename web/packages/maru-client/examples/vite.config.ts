// Bundles the example for Node.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at('..'),
  build: { ssr: at('bot.ts'), outDir: at('../dist'), target: 'node22', emptyOutDir: true },
});
