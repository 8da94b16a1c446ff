/** The types of the server's answers are those of the document. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const web = fileURLToPath(new URL('../..', import.meta.url));

it('openapi.d.ts is what docs/openapi.json says; npm run api-types writes it anew', { timeout: 60_000 }, () => {
  const check = () => execFileSync('npm', ['run', '--silent', 'check', '-w', 'maru-api-types'], { cwd: web, stdio: 'pipe' });
  expect(check).not.toThrow();
});
