import { z } from 'zod';
import { localizedLine } from './localized.ts';
import { mapping } from './mapping.ts';
import { name } from './names.ts';
import type { WrittenLab } from './written-lab.ts';

/** The course that a lab belongs to: its short name, or that with a title. */
export function courseSchema(source: WrittenLab) {
  const titled = mapping({
    name: name.describe('Short name, by which quotas count.'),
    title: localizedLine(source, 120).describe('What the catalogue shows over its labs.'),
  });
  const bare = name.transform((name) => ({ name, title: undefined }));
  return z.union([bare, titled], {
    error: 'must be the short name of a course, or have "name" and "title"',
  });
}
