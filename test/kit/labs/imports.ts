import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { PLAIN_IMAGE, environmentsOf } from '../../../src/domains/labs/import/needs/environments.ts';
import { describeNote } from '../../../src/domains/labs/import/import-note.ts';
import type { ScenarioReport } from '../../../src/domains/labs/import/import-report.ts';
import { importScenarios } from '../../../src/domains/labs/import/import-scenarios.ts';
import type { ImportOptions } from '../../../src/domains/labs/import/import-scenarios.ts';
import type { PageContext } from '../../../src/domains/labs/import/text/page.ts';
import { findNeeds } from '../../../src/domains/labs/import/needs/needs.ts';
import type { CodePiece, Need } from '../../../src/domains/labs/import/needs/needs.ts';
import { toPage } from '../../../src/domains/labs/import/text/to-page.ts';
import { createImageCommands } from '../../../src/host-setup/image-on-request.ts';
import { imagesFolder } from '../../../src/host-setup/lab-images.ts';
import { labsFolder, writeLab } from './lab-folders.ts';

/** Scenarios with every construct, of Katacoda and Killercoda. */
export const scenarioFixtures = join(import.meta.dirname, '../../fixtures/scenarios');

/** Imports the scenarios of a folder into the test's own. Returns reports by the scenarios' folders. */
export async function importAll(t: Test, folder: string, changes: Partial<ImportOptions> = {}) {
  const into = changes.into ?? (await labsFolder(t, {}));
  const { scenarios, courses } = await importScenarios({
    folder,
    name: 'whole',
    into,
    environmentFor: environmentsOf({}),
    force: false,
    unlisted: false,
    language: 'en',
    network: undefined,
    docker: true,
    commandsOf: createImageCommands(imagesFolder),
    ...changes,
  });
  return {
    into,
    scenarios,
    courses: courses.map(describeNote),
    text: (path: string) => readFile(join(into, path), 'utf8'),
    of(scenario: string): ScenarioReport {
      const report = scenarios.find((one) => one.scenario === scenario);
      if (!report) throw new Error(`There is no scenario ${scenario}.`);
      return report;
    },
  };
}

/** Imports one scenario with these files, in the folder `one`. */
export async function importOne(
  t: Test,
  files: Record<string, string | Buffer>,
  changes: Partial<ImportOptions> = {},
) {
  const folder = await labsFolder(t, {});
  await writeLab(folder, 'one', files);
  const done = await importAll(t, folder, changes);
  const { outcome, refusals, warnings } = done.of('one');
  const reported = { outcome, refusals: refusals.map(describeNote), warnings: warnings.map(describeNote) };
  return {
    ...reported,
    folder: join(done.into, 'one'),
    text: (path: string) => done.text(join('one', path)),
  };
}

/** An index.json with one step, whose text is in "step.md". */
export function smallIndex(changes: object = {}): string {
  const details = { steps: [{ title: 'A step', text: 'step.md' }] };
  return JSON.stringify({ title: 'One', details, backend: { imageid: 'ubuntu' }, ...changes });
}

/** A scenario's text as a page, with its warnings. */
export function pageOf(text: string, changes: Partial<PageContext> = {}, folds: 'take' | 'open' = 'take') {
  const warnings: string[] = [];
  const page = toPage(
    text,
    {
      file: 'step.md',
      notes: { warn: (message, { line }) => void warnings.push(`${line}: ${message}`) },
      hosts: ['host01'],
      folder: '/root',
      home: '/root',
      picture: () => ({ problem: 'there is no such file' }),
      ...changes,
    },
    { folds },
  );
  return { ...page, warnings };
}

/** The needs of code on the plain image. A text is a separate script, and `mine` a program of the scenario. */
export function needsOf(
  code: string | readonly CodePiece[],
  { use = 'run', own = ['mine'] }: { use?: CodePiece['use'] | undefined; own?: string[] } = {},
): Need[] {
  const pieces = typeof code === 'string' ? [{ code, place: { file: 'a' }, use }] : code;
  const commands = createImageCommands(imagesFolder)(PLAIN_IMAGE);
  return findNeeds(pieces, { image: PLAIN_IMAGE, commands, lacks: [], hasDocker: false, own });
}
