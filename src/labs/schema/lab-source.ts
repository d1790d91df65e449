import type { LabFolder } from '../lab-folder.ts';

/** What a lab.yaml is read against: the other files of its folder, and the languages that it names. */
export interface LabSource extends Pick<LabFolder, 'files' | 'refused' | 'runnable'> {
  /** BCP 47 tags, the default first. */
  languages: readonly string[];
}

/** A source of no files, for who wants to know the schema and reads nothing. */
export const noSource: LabSource = {
  files: new Map(),
  refused: new Map(),
  runnable: new Set(),
  languages: ['en'],
};
