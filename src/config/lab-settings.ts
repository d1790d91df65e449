import { z } from 'zod';

/** The settings of where labs are and what they are made from. */
export const labSettings = {
  BERTH_LABS_DIR: z.string().default('./labs').describe('Folder with one folder a lab.'),
  BERTH_IMPORT_ENVIRONMENTS: z
    .string()
    .optional()
    .describe('Table of what the imageids of imported scenarios are run on, a YAML or JSON file.'),
};
