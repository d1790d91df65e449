import { PLAIN_IMAGE } from './needs/default-environments.ts';
import { describeNote } from './import-note.ts';
import type { ImportNote } from './import-note.ts';
import { isGivenByInternet } from './needs/needs.ts';
import type { Need } from './needs/needs.ts';

/** What became of one scenario. */
export interface ScenarioReport {
  /** Its folder, from the one that is imported. */
  scenario: string;
  /** The lab's slug. */
  lab: string;
  course: string | undefined;
  /** `left out`: no course lists it. */
  outcome: 'imported' | 'imported with warnings' | 'refused' | 'left out';
  /** Why it was refused. */
  refusals: ImportNote[];
  warnings: ImportNote[];
  /** The image of its machines. */
  image?: string;
  /** What it needs beside a shell and its image. */
  needs?: Need[];
  /** Whether it runs on the image for imports and needs nothing else: docs/importing.md defines it. */
  isPlain?: boolean;
  /** What its verify scripts found when all was done as its text says, where that was asked for. */
  verified?: {
    step: string;
    outcome: 'passed' | 'vacuous' | 'unsolved' | 'failed';
    problem: string | undefined;
    notFound: string[];
  }[];
  /** The command was ended before its verify scripts were tried: `verified` has the steps before. */
  verifyCutOff?: true;
}

/** What became of all scenarios of a folder or a repository. */
export interface ImportReport {
  /** The folder, or the repository's address without its secrets. */
  source: string;
  /** The repository's commit. */
  commit: string | undefined;
  /** The folder of labs. */
  into: string;
  scenarios: ScenarioReport[];
  /** What is wrong with the files of courses. */
  courses: ImportNote[];
}

/** How many scenarios there are of each outcome. */
export function countOutcomes({ scenarios }: Pick<ImportReport, 'scenarios'>) {
  const count = (outcome: ScenarioReport['outcome']) =>
    scenarios.filter((one) => one.outcome === outcome).length;
  return {
    scenarios: scenarios.length,
    imported: count('imported'),
    importedWithWarnings: count('imported with warnings'),
    refused: count('refused'),
    leftOut: count('left out'),
    plain: scenarios.filter(({ isPlain }) => isPlain).length,
  };
}

/** How many steps with a verify there are of each outcome; undefined where none was tried. */
function countVerified({ scenarios }: Pick<ImportReport, 'scenarios'>) {
  if (scenarios.every(({ verified }) => verified === undefined)) return undefined;
  const all = scenarios.flatMap(({ verified = [] }) => verified);
  const count = (outcome: (typeof all)[number]['outcome']) =>
    all.filter((one) => one.outcome === outcome).length;
  return {
    steps: all.length,
    passed: count('passed'),
    vacuous: count('vacuous'),
    unsolved: count('unsolved'),
    failed: count('failed'),
  };
}

const NOWHERE = { line: undefined };

/** The report for people, a line for each scenario and one for each thing to know of it. */
export function describeImport(report: ImportReport): string {
  const lines = report.courses.map(describeNote);
  for (const { scenario, lab, outcome, refusals, warnings, needs = [], ...tried } of report.scenarios) {
    const made = outcome.startsWith('imported') ? ` -> ${report.into}/${lab}` : '';
    lines.push(`${outcome}: ${scenario || '.'}${made}`);
    lines.push(...[...refusals, ...warnings].map((note) => `  ${describeNote(note)}`));
    for (const { place, message } of needs.filter(isGivenByInternet)) {
      lines.push(`  ${describeNote({ ...NOWHERE, ...place, message })}`);
    }
    if (tried.verifyCutOff) lines.push(`  ${describeCut(tried.verified)}`);
  }
  const { scenarios, imported, importedWithWarnings, refused, leftOut, plain } = countOutcomes(report);
  const rest = leftOut === 0 ? '' : `, ${leftOut} left out`;
  lines.push(
    `${scenarios} ${scenarios === 1 ? 'scenario' : 'scenarios'}: ${imported} imported, ${importedWithWarnings} imported with warnings, ${refused} refused${rest}`,
  );
  lines.push(`${plain} plain: they need the image ${PLAIN_IMAGE} and nothing else`);
  const verified = countVerified(report);
  if (verified) {
    const { steps, passed, vacuous, unsolved, failed } = verified;
    lines.push(
      `${steps} ${steps === 1 ? 'step' : 'steps'} with a verify: ${passed} passed once done, ${vacuous} before anything was done, ${failed} not at all, ${unsolved} are for learners to do`,
    );
  }
  const cutOff = report.scenarios.filter(({ verifyCutOff }) => verifyCutOff).length;
  if (cutOff > 0)
    lines.push(`cut off: ${cutOff} of ${imported + importedWithWarnings} labs were not verified to the end`);
  return `${lines.join('\n')}\n`;
}

function describeCut(verified: ScenarioReport['verified']): string {
  const last = verified?.at(-1);
  return `its verify was cut off ${last ? `after step "${last.step}"` : 'before its first step was tried'}`;
}

/** The report for programs, as JSON. */
export function writeReport(report: ImportReport): string {
  return `${JSON.stringify({ counts: { ...countOutcomes(report), verified: countVerified(report) }, ...report }, null, 2)}\n`;
}
