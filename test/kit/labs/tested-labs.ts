import type { Files } from './lab-folders.ts';

/** A lab on one machine whose steps are lines of lab.yaml with inline scripts. */
export function testedLab(steps: readonly string[], more: Files & { machine?: string } = {}): Files {
  const { machine = '', ...files } = more;
  return {
    'lab.yaml': [
      'title: Tested',
      `machines: [{ name: main, image: berth/lab-linux, user: learner${machine} }]`,
      'steps:',
      ...steps.map((step) => `  - { title: Step, instructions: a.md, ${step} }`),
      '',
    ].join('\n'),
    'a.md': 'Do it.',
    ...files,
  };
}

/** A step that passes if a file of that name is in the learner's home, where its solution creates it. */
export function fileStep(name: string, more = ''): string {
  const check = `check: { script: 'test -s /home/learner/${name} && echo There. || { echo Missing.; false; }' }`;
  return `id: ${name}, ${check}, solution: 'echo done > ~/${name}'${more && `, ${more}`}`;
}
