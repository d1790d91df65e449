/** A problem that makes a lab unusable, with its location for the lab's author. */
export interface LabProblem {
  /** Name of the lab's source; absent for the folder of labs. */
  source?: string;
  /** Name of the lab's folder. */
  lab: string;
  /** Path of the file, relative to the lab's folder. */
  file: string;
  /** Line in the file, from 1, if known. */
  line: number | undefined;
  /** The key in question, such as `steps[0].check`. */
  key: string | undefined;
  /** What is wrong and how to fix it. */
  message: string;
}

/**
 * Formats the problem as one line, such as `labs/x/lab.yaml:12: steps[1].title: is missing`. `folder` is the
 * path of the lab's folder to print.
 */
export function describeProblem(problem: LabProblem, folder: string): string {
  const { file, line, key, message } = problem;
  const place = `${folder}/${file}${line === undefined ? '' : `:${line}`}`;
  return `${place}: ${key === undefined ? '' : `${key}: `}${message}`;
}

/** Formats a path of keys: `['steps', 1, 'title']` → `steps[1].title`. */
export function writeKey(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
