import type { Files } from './lab-folders.ts';

/** A lab on one machine whose steps are given as lines of lab.yaml; its scripts stand in them. */
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

/** A step that is passed when a file of that name is in the learner's home, and is there after its solution. */
export function fileStep(name: string, more = ''): string {
  const check = `check: { script: 'test -s /home/learner/${name} && echo There. || { echo Missing.; false; }' }`;
  return `id: ${name}, ${check}, solution: 'echo done > ~/${name}'${more && `, ${more}`}`;
}
