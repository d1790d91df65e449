import { createFolderMeasure, depthProblem } from '../reading/folder-limits.ts';
import { contentDigest } from '../reading/lab-folder.ts';
import type { LabFolder } from '../reading/lab-folder.ts';

/** The files of a lab that is being made. */
export interface LabDraft {
  /** Contents by path from the lab's folder. */
  files: Map<string, Buffer>;
  runnable: Set<string>;
}

export function emptyDraft(): LabDraft {
  return { files: new Map(), runnable: new Set() };
}

/** Adds a text, with a line end at its end, and gives its path back. */
export function addText({ files }: LabDraft, path: string, text: string): string {
  files.set(path, Buffer.from(text.endsWith('\n') ? text : `${text}\n`));
  return path;
}

/** The draft as its folder would be read. */
export function asFolder({ files, runnable }: LabDraft): LabFolder {
  return { files, runnable, version: contentDigest(files, runnable), refused: new Map() };
}

/** Bytes of all its files. */
export function sizeOf({ files }: Pick<LabDraft, 'files'>): number {
  return [...files.values()].reduce((sum, { length }) => sum + length, 0);
}

/** Why the draft is more than a lab may be, as the end of a sentence. */
export function tooLarge({ files }: LabDraft): string | undefined {
  const measure = createFolderMeasure();
  for (const { length } of files.values()) measure.add(length);
  const tooMuch = measure.problem();
  if (tooMuch !== undefined) return tooMuch;
  const deepest = [...files.keys()].find((path) => depthProblem(path) !== undefined);
  return deepest === undefined ? undefined : `has "${deepest}", which ${depthProblem(deepest)}`;
}
