import { createFolderMeasure, depthProblem, contentDigest } from '../reading/lab-folder.ts';
import type { LabFolder } from '../reading/lab-folder.ts';

/** The files of a lab under construction. */
export interface LabDraft {
  /** Contents by path relative to the lab's folder. */
  files: Map<string, Buffer>;
  runnable: Set<string>;
}

export function emptyDraft(): LabDraft {
  return { files: new Map(), runnable: new Set() };
}

/** Adds a text with a trailing line end, and returns its path. */
export function addText({ files }: LabDraft, path: string, text: string): string {
  files.set(path, Buffer.from(text.endsWith('\n') ? text : `${text}\n`));
  return path;
}

/** Returns the draft as the folder that a reader would see. */
export function asFolder({ files, runnable }: LabDraft): LabFolder {
  return { files, runnable, version: contentDigest(files, runnable), refused: new Map() };
}

/** Returns the total size of the files in bytes. */
export function sizeOf({ files }: Pick<LabDraft, 'files'>): number {
  return [...files.values()].reduce((sum, { length }) => sum + length, 0);
}

/** Explains which limit of a lab the draft exceeds, as the end of a sentence. */
export function tooLarge({ files }: LabDraft): string | undefined {
  const measure = createFolderMeasure();
  for (const { length } of files.values()) measure.add(length);
  const tooMuch = measure.problem();
  if (tooMuch !== undefined) return tooMuch;
  const deepest = [...files.keys()].find((path) => depthProblem(path) !== undefined);
  return deepest === undefined ? undefined : `has "${deepest}", which ${depthProblem(deepest)}`;
}
