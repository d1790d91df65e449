import { groupBy } from '../../core/group.ts';
import type { LabCase } from './lab-case.ts';

/** Number of output lines shown for a case, from the end: they usually contain the error. */
const OUTPUT_LINES = 10;

const MARKS = { passed: '✔', failed: '✘', skipped: '–' } as const;

/** Formats a case as one line with the learner's message, so that its author can see why a check failed. */
export function describeCase({ lab, step, name, outcome, said, seconds }: LabCase): string {
  const time = outcome === 'skipped' ? '(skipped)' : `(${seconds.toFixed(1)} s)`;
  return `${MARKS[outcome]} ${[lab, step].filter(Boolean).join(' / ')} ${name}${said === undefined ? '' : `: "${said}"`} ${time}`;
}

/** Formats all cases: a table with a row for each step, then the failures with reasons, then the totals. */
export function reportTable(cases: readonly LabCase[]): string {
  const rows = [...groupBy(cases, ({ lab, step }) => JSON.stringify([lab, step])).values()].map((group) =>
    rowOf(group),
  );
  const header = ['LAB', 'STEP', 'BEFORE', 'SOLUTION', 'WRONG STATES', 'TAMPERING', 'TIME'];
  const failed = cases.filter(({ outcome }) => outcome === 'failed').map(describeFailure);
  return `${[align([header, ...rows]), ...failed, summarize(cases)].join('\n\n')}\n`;
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

/** Formats how many attempts the checks rejected. */
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
  // The problem already includes the learner's message.
  const lines = problem.includes(output) ? [] : output.split('\n').filter(Boolean);
  const omitted = lines.length - OUTPUT_LINES;
  const shown = [
    ...(omitted > 0 ? [`[${omitted} earlier lines omitted]`] : []),
    ...lines.slice(-OUTPUT_LINES),
  ];
  return [
    describeCase(failed),
    ...[...problem.split('\n'), ...shown.map((line) => `| ${line}`)].map((line) => `  ${line}`),
  ].join('\n');
}

function summarize(cases: readonly LabCase[]): string {
  const count = (wanted: LabCase['outcome']) => cases.filter(({ outcome }) => outcome === wanted).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
}

/** Characters that XML 1.0 cannot contain: control characters, lone surrogates and two noncharacters. */
// oxlint-disable-next-line no-control-regex -- the pattern searches for them.
const UNWRITABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFFFE\uFFFF]|\p{Surrogate}/gu;

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** Formats the cases as JUnit XML for build servers, with a suite for each lab. */
export function reportJunit(cases: readonly LabCase[], at: Date): string {
  const labs = [...new Set(cases.map(({ lab }) => lab))];
  const suites = labs.map((lab) =>
    suite(
      lab,
      cases.filter((each) => each.lab === lab),
      at,
    ),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="berth labs test"${counts(cases)}>`,
    ...suites,
    '</testsuites>\n',
  ].join('\n');
}

function suite(lab: string, cases: readonly LabCase[], at: Date): string {
  const timestamp = at.toISOString().replace(/\.\d+Z$/, '');
  return [
    `  <testsuite name="${escape(lab)}"${counts(cases)} errors="0" timestamp="${timestamp}">`,
    ...cases.map(testCase),
    '  </testsuite>',
  ].join('\n');
}

function counts(cases: readonly LabCase[]): string {
  const count = (wanted: LabCase['outcome']) => cases.filter(({ outcome }) => outcome === wanted).length;
  const seconds = cases.reduce((sum, each) => sum + each.seconds, 0);
  return ` tests="${cases.length}" failures="${count('failed')}" skipped="${count('skipped')}" time="${seconds.toFixed(3)}"`;
}

function testCase({ lab, step, name, outcome, problem = '', output, seconds }: LabCase): string {
  const className = [lab, step].filter(Boolean).join('.');
  const start = `    <testcase classname="${escape(className)}" name="${escape(name)}" time="${seconds.toFixed(3)}"`;
  if (outcome === 'passed') return `${start}/>`;
  if (outcome === 'skipped') return `${start}><skipped message="${escape(problem)}"/></testcase>`;
  const text = escape(output).replaceAll('&#10;', '\n');
  return `${start}><failure message="${escape(problem)}">${text}</failure></testcase>`;
}

function escape(text: string): string {
  return text.replaceAll(UNWRITABLE, '\u{FFFD}').replaceAll(/[&<>"\n\r\t]/g, (each) => ENTITIES[each] ?? '');
}
