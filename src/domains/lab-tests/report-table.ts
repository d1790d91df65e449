import type { LabCase } from './lab-case.ts';

/** Lines of a program's output that are shown for a case: where its fault is told, mostly. */
const OUTPUT_LINES = 10;

const MARKS = { passed: '✔', failed: '✘', skipped: '–' } as const;

/** The case in a line, as it ended, with what a learner would read: whether a check fails for the right reason only its author can tell. */
export function describeCase({ lab, step, name, outcome, said, seconds }: LabCase): string {
  const time = outcome === 'skipped' ? '(skipped)' : `(${seconds.toFixed(1)} s)`;
  return `${MARKS[outcome]} ${[lab, step].filter(Boolean).join(' / ')} ${name}${said === undefined ? '' : `: "${said}"`} ${time}`;
}

/** All cases as a table with a line a step, then what failed with its reasons, then how many there were of each outcome. */
export function reportTable(cases: readonly LabCase[]): string {
  const rows = [...groupByStep(cases).values()].map((group) => rowOf(group));
  const header = ['LAB', 'STEP', 'BEFORE', 'SOLUTION', 'WRONG STATES', 'TAMPERING', 'TIME'];
  const failed = cases.filter(({ outcome }) => outcome === 'failed').map(describeFailure);
  return `${[align([header, ...rows]), ...failed, summarize(cases)].join('\n\n')}\n`;
}

function groupByStep(cases: readonly LabCase[]): Map<string, LabCase[]> {
  const groups = new Map<string, LabCase[]>();
  for (const each of cases) {
    const key = JSON.stringify([each.lab, each.step]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return groups;
}

function rowOf(group: readonly LabCase[]): string[] {
  const [first] = group;
  const of = (kind: LabCase['kind']) => group.filter((each) => each.kind === kind);
  const seconds = group.reduce((sum, each) => sum + each.seconds, 0);
  return [
    first?.lab ?? '',
    first?.step ?? '(lab)',
    of('before').map(mark).join(''),
    [...of('lab'), ...of('solution')].map(mark).join(''),
    caughtOf(of('wrong')),
    caughtOf(of('tamper')),
    `${seconds.toFixed(1)} s`,
  ];
}

/** How many of the attempts were not taken for the work. */
function caughtOf(cases: readonly LabCase[]): string {
  const caught = cases.filter(({ outcome }) => outcome === 'passed').length;
  return cases.length === 0 ? '' : `${worst(cases)} ${caught} of ${cases.length}`;
}

function mark({ outcome }: LabCase): string {
  return MARKS[outcome];
}

function worst(cases: readonly LabCase[]): string {
  const outcomes = new Set(cases.map(({ outcome }) => outcome));
  return MARKS[(['failed', 'skipped'] as const).find((outcome) => outcomes.has(outcome)) ?? 'passed'];
}

function align(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function describeFailure(failed: LabCase): string {
  const { problem = '', output } = failed;
  // What the learner reads is told in the problem already.
  const lines = problem.includes(output) ? [] : output.split('\n').filter(Boolean);
  const left = lines.length - OUTPUT_LINES;
  const shown = [...(left > 0 ? [`[${left} lines before]`] : []), ...lines.slice(-OUTPUT_LINES)];
  return [
    describeCase(failed),
    ...[...problem.split('\n'), ...shown.map((line) => `| ${line}`)].map((line) => `  ${line}`),
  ].join('\n');
}

function summarize(cases: readonly LabCase[]): string {
  const count = (wanted: LabCase['outcome']) => cases.filter(({ outcome }) => outcome === wanted).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
}
