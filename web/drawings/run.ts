/** `npm run drawings`: writes what the server draws rooms of, and the vectors that hold it to the client's pictures. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

type Files = typeof import('./files.ts');

const web = new URL('../', import.meta.url);
// the client's modules name each other without endings, as its bundler likes them
const path = fileURLToPath(new URL('files.ts', import.meta.url));
const { module } = await runnerImport<Files>(path, { configFile: false, root: fileURLToPath(web), logLevel: 'error' });
for (const [name, text] of module.files) writeFileSync(new URL(name, web), text());
