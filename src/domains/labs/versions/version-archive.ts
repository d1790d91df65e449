import { contentDigest } from '../lab-folder.ts';
import type { LabFolder } from '../lab-folder.ts';
import { entriesOf, unzipped, zippedTar } from '../lab-tar.ts';

const RUNNABLE = 0o755;
const ORDINARY = 0o644;

/** A lab's files as one compressed archive, the same bytes for the same content. */
export function packFolder({ files, runnable }: Pick<LabFolder, 'files' | 'runnable'>): Promise<Buffer> {
  const mtime = new Date(0);
  return zippedTar((archive) => {
    for (const [name, content] of files) {
      archive.entry({ name, mode: runnable.has(name) ? RUNNABLE : ORDINARY, mtime }, content);
    }
  });
}

/** The files that {@link packFolder} packed. Throws for anything else. */
export async function unpackFolder(packed: Uint8Array): Promise<LabFolder> {
  const files = new Map<string, Buffer>();
  const runnable = new Set<string>();
  for await (const { header, content } of entriesOf(await unzipped(packed))) {
    const { name, mode } = header;
    files.set(name, content);
    if (mode === RUNNABLE) runnable.add(name);
  }
  return { files, runnable, version: contentDigest(files, runnable), refused: new Map() };
}
