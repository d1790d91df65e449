import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY_PREFIX } from './lab-image-base.ts';

/** List of an image's programs in its folder, one per line. */
const COMMANDS_FILE = 'commands.txt';

/** Creates the lookup of the programs in the images of folders below `root`, for folders that list them. */
export function createImageCommands(root: string): (image: string) => ReadonlySet<string> | undefined {
  const known = new Map<string, ReadonlySet<string> | undefined>();
  return (image) => {
    if (!known.has(image)) known.set(image, read(image));
    return known.get(image);
  };

  function read(image: string): ReadonlySet<string> | undefined {
    const [, folder] = new RegExp(`^${REPOSITORY_PREFIX}([a-z0-9-]+)$`).exec(image) ?? [];
    if (folder === undefined) return undefined;
    try {
      const text = readFileSync(join(root, folder, COMMANDS_FILE), 'utf8');
      return new Set(text.split('\n').filter((name) => name !== ''));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}
