import { PLAIN_IMAGE } from './needs/environments.ts';
import { describeNote } from './import-note.ts';
import type { ImportNote } from './import-note.ts';
import { isGivenByInternet } from './needs/needs.ts';
import type { Need } from './needs/needs.ts';

/** The result of importing one scenario. */
export interface ScenarioReport {
  /** Its folder, relative to the imported one. */
  scenario: string;
  /** The lab's slug. */
  lab: string;
  course: string | undefined;
  /** `left out` means that no course lists it. */
  outcome: 'imported' | 'imported with warnings' | 'refused' | 'left out';
  /** Why it was refused. */
  refusals: ImportNote[];
  warnings: ImportNote[];
  /** The image of its machines. */
  image?: string;
  /** What it needs in addition to a shell and its image. */
  needs?: Need[];
  /** Whether it runs on the image for imports and needs nothing else; docs/importing.md defines it. */
  isPlain?: boolean;
  /** Results of its verify scripts after running the commands of its text, if requested. */
  verified?: {
    step: string;
    outcome: 'passed' | 'vacuous' | 'unsolved' | 'failed';
    problem: string | undefined;
    notFound: string[];
  }[];
  /** Set if the command ended before all verify scripts ran; `verified` has the steps before. */
  verifyCutOff?: true;
}

/** The results for all scenarios of a folder or a repository. */
export interface ImportReport {
  /** The folder, or the repository's address without its secrets. */
  source: string;
  /** The repository's commit. */
  commit: string | undefined;
  /** The folder of labs. */
  into: string;
  scenarios: ScenarioReport[];
  /** Problems in the files of courses. */
  courses: ImportNote[];
}

/** Counts scenarios by outcome. */
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

/** Counts steps with a verify script by outcome; undefined if none ran. */
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

/** Formats the report for people: a line for each scenario and for each of its notes. */
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
  const skipped = leftOut === 0 ? '' : `, ${leftOut} left out`;
  lines.push(
    `${scenarios} ${scenarios === 1 ? 'scenario' : 'scenarios'}: ${imported} imported, ${importedWithWarnings} imported with warnings, ${refused} refused${skipped}`,
  );
  lines.push(`${plain} plain: they need only the image ${PLAIN_IMAGE}`);
  const verified = countVerified(report);
  if (verified) {
    const { steps, passed, vacuous, unsolved, failed } = verified;
    lines.push(
      `${steps} ${steps === 1 ? 'step' : 'steps'} with a verify script: ${passed} passed after the commands, ${vacuous} passed before them, ${failed} failed, ${unsolved} without commands`,
    );
  }
  const cutOff = report.scenarios.filter(({ verifyCutOff }) => verifyCutOff).length;
  if (cutOff > 0)
    lines.push(
      `interrupted: ${cutOff} of ${imported + importedWithWarnings} labs were not verified completely`,
    );
  return `${lines.join('\n')}\n`;
}

function describeCut(verified: ScenarioReport['verified']): string {
  const last = verified?.at(-1);
  return `verification was interrupted ${last ? `after step "${last.step}"` : 'before its first step'}`;
}

/** Formats the report for programs, as JSON. */
export function writeReport(report: ImportReport): string {
  return `${JSON.stringify({ counts: { ...countOutcomes(report), verified: countVerified(report) }, ...report }, null, 2)}\n`;
}
