import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { emptyFolder } from '../labs/git-repository.ts';

/** Arguments of an import whose labs use the common machine image instead of the one for imports. */
export async function onLinux(t: Test): Promise<string[]> {
  const table = join(await emptyFolder(t), 'environments.yaml');
  await writeFile(table, 'ubuntu*: { image: berth/lab-linux }\n');
  return ['--environments', table];
}
