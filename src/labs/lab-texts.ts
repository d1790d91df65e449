import { z } from 'zod';
import type { LabFolder } from './lab-folder.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** Schema of a path in the lab's folder that becomes the text of the file. */
export type TextSchema = z.ZodType<string, string>;

/** Makes the schema of paths to texts of `folder`: what can not be read is told at the key that names it. */
export function textIn(folder: Pick<LabFolder, 'files' | 'refused'>): TextSchema {
  return z.string().transform((path, context) => {
    const text = readText(folder, path);
    if (typeof text === 'string') return text;
    context.addIssue({ code: 'custom', message: text.problem });
    return z.NEVER;
  });
}

function readText(folder: Pick<LabFolder, 'files' | 'refused'>, given: string): string | { problem: string } {
  const path = given.replace(/^(\.\/)+/, '');
  if (path.startsWith('/') || path.includes('\\') || path.split('/').includes('..')) {
    return {
      problem: `"${given}" leads out of the lab's folder: give a path within it, such as "steps/01.md"`,
    };
  }
  const refusal = folder.refused.get(path);
  if (refusal !== undefined) return { problem: `the file "${given}" ${refusal}` };
  const content = folder.files.get(path);
  if (!content) return { problem: `the file "${given}" is not there` };
  try {
    const text = decoder.decode(content);
    if (text.includes('\0')) return { problem: `the file "${given}" is not a text` };
    if (text.trim() === '') return { problem: `the file "${given}" is empty` };
    // A script with the line ends of Windows does not run.
    return text.replaceAll('\r\n', '\n');
  } catch {
    return { problem: `the file "${given}" is not UTF-8 text` };
  }
}
