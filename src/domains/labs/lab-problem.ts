/** One thing that keeps a lab from being used, told so that its author finds the place. */
export interface LabProblem {
  /** Name of the source that the lab is in; none for the folder of labs. */
  source?: string;
  /** Name of the lab's folder. */
  lab: string;
  /** The file, from the lab's folder. */
  file: string;
  /** Line in the file, from 1, where it is known. */
  line: number | undefined;
  /** The key in question, such as `steps[0].check`. */
  key: string | undefined;
  /** What is wrong and what would be right. */
  message: string;
}

/** The problem in one line, such as `labs/x/lab.yaml:12: steps[1].title: is missing`; `folder` is the lab's, as the reader knows it. */
export function describeProblem(problem: LabProblem, folder: string): string {
  const { file, line, key, message } = problem;
  const place = `${folder}/${file}${line === undefined ? '' : `:${line}`}`;
  return `${place}: ${key === undefined ? '' : `${key}: `}${message}`;
}

/** A path of keys as people write it: `['steps', 1, 'title']` → `steps[1].title`. */
export function writeKey(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
