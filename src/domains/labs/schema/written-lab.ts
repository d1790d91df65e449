import type { LabFolder } from '../reading/lab-folder.ts';
import { createPictureBudget } from './picture-budget.ts';
import type { PictureBudget } from './picture-budget.ts';

/** What a lab.yaml is read against: the other files of its folder, and what it says itself that its texts hang on. */
export interface WrittenLab extends Pick<LabFolder, 'files' | 'refused' | 'runnable'> {
  /** BCP 47 tags, the default first. */
  languages: readonly string[];
  /** Names of its machines, as far as they can be understood. */
  machines: readonly string[];
  /** What its texts have left for pictures. */
  pictures: PictureBudget;
}

/** For who wants to know the schema and reads nothing. */
export const nothingWritten: WrittenLab = {
  files: new Map(),
  refused: new Map(),
  runnable: new Set(),
  languages: ['en'],
  machines: [],
  pictures: createPictureBudget(),
};
