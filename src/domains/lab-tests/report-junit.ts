import type { LabCase } from './lab-case.ts';

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
