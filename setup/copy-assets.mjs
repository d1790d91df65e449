/* Copies files that the compiler ignores. The built server reads them next to its modules. */
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ASSETS = /\.(graphql|pl|sh)$/;

for (const entry of readdirSync('src', { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !ASSETS.test(entry.name)) continue;
  const source = join(entry.parentPath, entry.name);
  const target = join('dist', source.slice('src/'.length));
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(source, target);
}
