import { z } from 'zod';
import { RE2JS } from 're2js';
import type { LabContext } from './lab-context.ts';
import { mapping, machinePath, user, modeToGive } from './values.ts';
import { missingFile, pathProblem, plainPath } from './text-file.ts';

/** Maximum number of entries in a machine's `files`. */
const MOST_ENTRIES = 100;

/** Maximum number of globs in the files of a lab, and of stars in each: every file of the folder is compared with each. */
const MOST_GLOBS = 100;
const MOST_STARS = 20;

/** Default permission bits. */
const MODES = { plain: 0o644, runnable: 0o755 };

/** A machine's `files`. The output lists each file of the folder with its path in the machine. */
export function filesSchema(source: LabContext) {
  const globs = { count: 0 };
  return z
    .array(mapping(shape(source, globs)).transform((entry, context) => place(source, entry, context)))
    .max(MOST_ENTRIES)
    .default([])
    .transform((placed) => placed.flat());
}

const shape = (source: LabContext, globs: { count: number }) => ({
  from: z
    .string()
    .max(1_000)
    .transform((from, context) => {
      const found = find(source, from, globs);
      if (!('problem' in found)) return found;
      context.addIssue({ code: 'custom', message: found.problem });
      return z.NEVER;
    })
    .describe(
      "Path in the lab's folder: a file, a folder, or a pattern with * (in a name) and ** (folders).",
    ),
  to: machinePath('/srv/site/').describe(
    'Path in the machine: a folder if it ends with "/", otherwise a file. "~/" is the home of the machine\'s user.',
  ),
  mode: modeToGive
    .optional()
    .describe('Permission bits, such as "755", or "+x". Default: 644, or 755 for executable files.'),
  owner: user.optional().describe("Owner. Default: the machine's user, or root without one."),
});

/** The files that `from` selects. Files `below` a folder keep their path relative to it. */
interface Found {
  below: string | undefined;
  paths: string[];
}

function find(source: LabContext, from: string, globs: { count: number }): Found | { problem: string } {
  const problem = pathProblem(from, 'files/site');
  if (problem !== undefined) return { problem };
  const path = plainPath(from);
  if (isGlob(path)) {
    if (path.split('*').length > MOST_STARS + 1) return { problem: `must have at most ${MOST_STARS} "*"` };
    globs.count += 1;
    if (globs.count > MOST_GLOBS)
      return { problem: `must not have "*": a lab has at most ${MOST_GLOBS} such paths` };
    const paths = matches(path, source.files.keys());
    if (paths.length === 0) return { problem: `no file matches "${from}"` };
    return { below: fixedPart(path), paths };
  }
  if (source.files.has(path)) return { below: undefined, paths: [path] };
  const paths = [...source.files.keys()].filter((one) => one.startsWith(`${path}/`));
  return paths.length > 0 ? { below: path, paths } : { problem: missingFile(source, from) };
}

function place(
  { runnable }: LabContext,
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
      message: `must be a folder that ends with "/", because "from" can select several files`,
    });
    return z.NEVER;
  }
  return paths.map((path) => ({
    from: path,
    to: to.endsWith('/') ? to + relativePath(path, below) : to,
    mode: mode ?? (runnable.has(path) ? MODES.runnable : MODES.plain),
    owner,
  }));
}

/** Returns the path relative to the folder `below`, or the file's name. */
function relativePath(path: string, below: string | undefined): string {
  if (below === undefined) return path.slice(path.lastIndexOf('/') + 1);
  return below === '' ? path : path.slice(below.length + 1);
}

/** Whether the path is a glob: `*` matches characters within a name, `**` matches folders. */
export function isGlob(path: string): boolean {
  return path.includes('*');
}

/** Returns the folders before the first name with a `*`. Matches keep their path relative to it. */
function fixedPart(glob: string): string {
  const names = glob.split('/');
  return names.slice(0, names.findIndex(isGlob)).join('/');
}

/** Returns the paths that match the glob, in linear time. */
export function matches(glob: string, paths: Iterable<string>): string[] {
  const names = glob.split('/').map((name, place, all) => {
    const last = place === all.length - 1;
    if (name === '**') return last ? '.+' : '(?:[^/]+/)*';
    return name.split('*').map(RE2JS.quote).join('[^/]*') + (last ? '' : '/');
  });
  const pattern = RE2JS.compile(`(?s)^${names.join('')}$`);
  return [...paths].filter((path) => pattern.test(path));
}
