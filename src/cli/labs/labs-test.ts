import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineCommand } from 'citty';
import { readConfig } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import type { LabCase } from '../../domains/lab-tests/lab-case.ts';
import { reportJunit, describeCase, reportTable } from '../../domains/lab-tests/reports.ts';
import type { Lab } from '../../domains/labs/lab.ts';
import { jobsOf, withLabTests } from './with-lab-tests.ts';
import { labsDirectory, isLab, readFolders } from './named-labs.ts';
import type { NamedLabs } from './named-labs.ts';
import { untilInterrupted } from '../until-interrupted.ts';

/** `berth labs test [folder or slug…]`: tests whether checks can be trusted. Exits with 1 if a case does not pass. */
export const testCommand = defineCommand({
  meta: {
    name: 'test',
    description:
      'Test labs in new environments: checks must fail before a step is done and in wrong states, and pass after its solution.',
  },
  args: {
    labs: {
      type: 'positional',
      required: false,
      description: 'Slugs, or folders with one or many labs. Default: all labs in BERTH_LABS_DIR, or ./labs.',
    },
    jobs: {
      type: 'string',
      description: 'Number of simultaneous environments. Default: one for each processor, up to 4.',
    },
    junit: { type: 'string', description: 'File to write the results to, as JUnit XML for build servers.' },
  },
  async run({ args }) {
    const jobs = jobsOf(args.jobs);
    const config = readConfig(process.env);
    const { labs, problems } = await readNamed(args._);
    const cases: LabCase[] = [];
    const onCase = (ended: LabCase) => {
      cases.push(ended);
      process.stderr.write(`${describeCase(ended)}\n`);
    };
    for (const { lab, line } of problems) onCase(invalidLabCase(lab, line));
    if (labs.length > 0) await untilInterrupted((signal) => testAll(labs, { config, jobs, onCase }, signal));
    process.stdout.write(`\n${reportTable(cases)}`);
    if (args.junit !== undefined) await writeFile(args.junit, reportJunit(cases, new Date()));
    if (cases.some(({ outcome }) => outcome !== 'passed')) process.exitCode ??= 1;
  },
});

/** Tests the labs concurrently. */
async function testAll(
  labs: readonly Lab[],
  { config, jobs, onCase }: { config: Config; jobs: number; onCase: (ended: LabCase) => void },
  signal: AbortSignal,
): Promise<void> {
  await withLabTests({ config, jobs, labs }, async ({ test }) => {
    const ends = labs.map((lab) => test(lab, onCase, signal));
    // Wait for all cleanups before the engine's connection closes.
    await Promise.allSettled(ends);
    await Promise.all(ends);
  });
}

function invalidLabCase(lab: string, problem: string): LabCase {
  const subject = { step: undefined, kind: 'lab', name: 'is valid' } as const;
  return { lab, ...subject, outcome: 'failed', problem, said: undefined, output: '', seconds: 0 };
}

/** Reads the labs that the arguments name: slugs in the default folder, or folders. */
async function readNamed(names: readonly string[]): Promise<NamedLabs> {
  if (names.length === 0) return readFolders([labsDirectory()]);
  const folders = names.map(async (name) => {
    const ofSlug = join(labsDirectory(), name);
    return !name.includes('/') && (await isLab(ofSlug)) ? ofSlug : name;
  });
  return readFolders(await Promise.all(folders));
}
