import { z } from 'zod';
import { fixedPart, isGlob, matches } from './glob.ts';
import type { WrittenLab } from './written-lab.ts';
import { mapping } from './mapping.ts';
import { machinePath, user } from './names.ts';
import { modeToGive } from './quantities.ts';
import { missingFile, pathProblem, plainPath } from './text-file.ts';

/** Entries of a machine's `files`. */
const MOST_ENTRIES = 100;

/** Permission bits where none are given. */
const MODES = { plain: 0o644, runnable: 0o755 };

/** A machine's `files`, resolved: each file of the folder with its place in the machine. */
export function filesSchema(source: WrittenLab) {
  return z
    .array(mapping(shape(source)).transform((entry, context) => place(source, entry, context)))
    .max(MOST_ENTRIES)
    .default([])
    .transform((placed) => placed.flat());
}

const shape = (source: WrittenLab) => ({
  from: z
    .string()
    .max(1_000)
    .transform((from, context) => {
      const found = find(source, from);
      if (!('problem' in found)) return found;
      context.addIssue({ code: 'custom', message: found.problem });
      return z.NEVER;
    })
    .describe(
      "What to place, from the lab's folder: a file, a folder, or names with * (letters) and ** (folders).",
    ),
  to: machinePath('/srv/site/').describe(
    'Where in the machine: a folder if it ends with "/", else the file itself. "~/" is the home of the machine\'s user.',
  ),
  mode: modeToGive
    .optional()
    .describe(
      'Permission bits, such as "755", or "+x". When absent 644, and 755 for files with the run bit.',
    ),
  owner: user.optional().describe("Whose it is; the machine's user, else root, when absent."),
});

/** What `from` stands for; those `below` a folder keep their path from there. */
interface Found {
  below: string | undefined;
  paths: string[];
}

function find(source: WrittenLab, from: string): Found | { problem: string } {
  const problem = pathProblem(from, 'files/site');
  if (problem !== undefined) return { problem };
  const path = plainPath(from);
  if (isGlob(path)) {
    const paths = matches(path, source.files.keys());
    if (paths.length === 0) return { problem: `there is no file that "${from}" stands for` };
    return { below: fixedPart(path), paths };
  }
  if (source.files.has(path)) return { below: undefined, paths: [path] };
  const paths = [...source.files.keys()].filter((one) => one.startsWith(`${path}/`));
  return paths.length > 0 ? { below: path, paths } : { problem: missingFile(source, from) };
}

function place(
  { runnable }: WrittenLab,
  {
    from,
    to,
    mode,
    owner,
  }: { from: Found; to: string; mode?: number | undefined; owner?: string | undefined },
  context: z.RefinementCtx,
) {
  const { below, paths } = from;
  if (below !== undefined && !to.endsWith('/')) {
    context.addIssue({
      code: 'custom',
      path: ['to'],
      message: `must be a folder, with "/" at its end: "from" may be several files`,
    });
    return z.NEVER;
  }
  return paths.map((path) => ({
    from: path,
    to: to.endsWith('/') ? to + kept(path, below) : to,
    mode: mode ?? (runnable.has(path) ? MODES.runnable : MODES.plain),
    owner,
  }));
}

/** The part of the path that stays: below a folder, or the file's own name. */
function kept(path: string, below: string | undefined): string {
  if (below === undefined) return path.slice(path.lastIndexOf('/') + 1);
  return below === '' ? path : path.slice(below.length + 1);
}
