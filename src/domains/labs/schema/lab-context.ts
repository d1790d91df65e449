import { createPatternReader } from '../pattern.ts';
import type { PatternReader } from '../pattern.ts';
import type { LabFolder } from '../reading/lab-folder.ts';
import { createPageReader, createPictureBudget } from '../reading/pages.ts';
import type { PageReader, PictureBudget } from '../reading/pages.ts';

/** The context that validates a lab.yaml: the other files of its folder, and the settings that its texts depend on. */
export interface LabContext extends Pick<LabFolder, 'files' | 'refused' | 'runnable'> {
  /** BCP 47 tags, the default first. */
  languages: readonly string[];
  /** The valid names of its machines. */
  machines: readonly string[];
  /** The remaining size for pictures in its texts. */
  pictures: PictureBudget;
  /** Finds the code in its texts. */
  readPage: PageReader;
  /** Checks the regular expressions of its checks. */
  readPattern: PatternReader;
}

/** An empty context, for uses of the schema without a lab. */
export const emptyContext: LabContext = {
  files: new Map(),
  refused: new Map(),
  runnable: new Set(),
  languages: ['en'],
  machines: [],
  pictures: createPictureBudget(),
  readPage: createPageReader(),
  readPattern: createPatternReader(),
};
