/* Records which inputs outputs were built from, so that a second start builds nothing. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Deleting node_modules deletes the stamps, too, so that everything is built again. */
const STAMPS = 'node_modules/.berth';
/** Folders that contain outputs, never inputs. */
const OUTPUT_FOLDERS = new Set(['generated', 'node_modules', 'dist']);

/**
 * Returns a digest of the names and contents of files and folders in `root`. Only paths that match `only` count.
 */
export function digestOf(root, inputs, only = /./) {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const path of filesIn(root, input).filter((found) => only.test(found))) {
      const content = readFileSync(join(root, path));
      hash.update(JSON.stringify([path, content.length])).update(content);
    }
  }
  return hash.digest('hex');
}

function filesIn(root, path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [path];
  return readdirSync(full, { withFileTypes: true })
    .filter((entry) => !OUTPUT_FOLDERS.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const below = `${path}/${entry.name}`;
      if (entry.isDirectory()) return filesIn(root, below);
      return entry.isFile() ? [below] : [];
    });
}

/** Returns whether the outputs of `name` exist and were built from inputs with this digest. */
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
