import type { Readable } from 'node:stream';
import { packTar } from '../../../core/tar.ts';
import type { BuildFile } from '../../engine-images.ts';

/**
 * Packs files into a tar stream. The same files always give the same bytes, so that the engine's build cache
 * works.
 */
export function packFiles(files: readonly BuildFile[]): Readable {
  return packTar(async (add) => {
    for (const { path, content, executable } of files) {
      await add(
        { name: path, mode: executable ? 0o755 : 0o644, mtime: new Date(0), uid: 0, gid: 0 },
        content,
      );
    }
  });
}
