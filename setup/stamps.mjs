/* What was made of which inputs, so that a second start makes nothing again. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** They go when the dependencies go, and then all is made anew. */
const STAMPS = 'node_modules/.berth';
/** Folders that hold what is made, never what it is made of. */
const OUTPUT_FOLDERS = new Set(['generated', 'node_modules', 'dist']);

/**
 * A digest over files and folders below `root`: of names and contents, whatever their times.
 * `only` tells the names that count.
 */
export function digestOf(root, inputs, only = /./) {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const path of filesBelow(root, input).filter((found) => only.test(found))) {
      const content = readFileSync(join(root, path));
      hash.update(JSON.stringify([path, content.length])).update(content);
    }
  }
  return hash.digest('hex');
}

function filesBelow(root, path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [path];
  return readdirSync(full, { withFileTypes: true })
    .filter((entry) => !OUTPUT_FOLDERS.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const below = `${path}/${entry.name}`;
      if (entry.isDirectory()) return filesBelow(root, below);
      return entry.isFile() ? [below] : [];
    });
}

/** Whether what `name` makes is there, made of inputs with this digest. */
export function isCurrent(root, { name, digest, outputs }) {
  const stamp = join(root, STAMPS, name);
  if (!outputs.every((output) => existsSync(join(root, output)))) return false;
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
}

export function writeStamp(root, { name, digest }) {
  mkdirSync(join(root, STAMPS), { recursive: true });
  writeFileSync(join(root, STAMPS, name), digest);
}

export function hasStamp(root, name) {
  return existsSync(join(root, STAMPS, name));
}
