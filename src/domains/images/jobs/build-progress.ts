import type { JobTask } from './job.ts';

/** Prints the lines of a build, and tells the steps of its Dockerfile as they begin. */
export function buildProgress({ print, progress }: Pick<JobTask, 'print' | 'progress'>) {
  return (line: string): void => {
    print(line);
    const [, number, of] = /^Step (\d+)\/(\d+) : /.exec(line) ?? [];
    if (number === undefined || of === undefined) return;
    const step = { number: Number(number), of: Number(of) };
    progress({ step, percent: Math.floor((100 * (step.number - 1)) / step.of) });
  };
}
