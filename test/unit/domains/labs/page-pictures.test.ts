import t from 'tap';
import { labOf, problemsOf } from '../../../kit/labs/lab-of.ts';

const MACHINES = 'machines: [{ name: main, image: berth/lab-linux }]';
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>';
const SHOWN = `data:image/svg+xml;base64,${Buffer.from(SVG).toString('base64')}`;

await t.test("embeds pictures by their path relative to the page's file", async (t) => {
  const lab = await labOf(t, {
    'lab.yaml': `languages: [en, ko]
title: Pictures
${MACHINES}
introduction: "Here: ![a plan](pictures/plan.svg)"
conclusion: steps/end.md
steps:
  - { id: one, title: One, instructions: steps/one.md, hints: ["![a plan](pictures/plan.svg)"] }
`,
    'steps/one.md': '![the plan](../pictures/plan.svg) and ![a dot](dot.png)',
    'steps/one.ko.md': '![계획](../pictures/plan.svg)',
    'steps/end.md':
      '![the plan](/plan.svg) ![one](https://example.org/plan.svg) ![two](data:image/png;base64,AA)',
    'steps/end.ko.md':
      '`![a](no.svg)` ![계획](../pictures/plan.svg)\n\n```\n![a](no.svg)\n```\n![no picture](plan.txt)',
    'steps/dot.png': 'dot',
    'pictures/plan.svg': SVG,
  });
  t.equal(lab.introduction['en'], `Here: ![a plan](${SHOWN})`);
  const [step] = lab.steps;
  t.same(step?.instructions, {
    en: `![the plan](${SHOWN}) and ![a dot](data:image/png;base64,ZG90)`,
    ko: `![계획](${SHOWN})`,
  });
  t.equal(step?.hints[0]?.text['ko'], `![a plan](${SHOWN})`);
  t.same(lab.conclusion, {
    en: '![the plan](/plan.svg) ![one](https://example.org/plan.svg) ![two](data:image/png;base64,AA)',
    ko: `\`![a](no.svg)\` ![계획](${SHOWN})\n\n\`\`\`\n![a](no.svg)\n\`\`\`\n![no picture](plan.txt)`,
  });
});

await t.test('reports a missing, outside or too large picture with its page', async (t) => {
  const large = 'x'.repeat(200 * 1024);
  t.same(
    await problemsOf(t, {
      'lab.yaml': `title: Pictures
${MACHINES}
introduction: "![a plan](pictures/plam.svg)"
conclusion: steps/out.md
steps:
  - { id: one, title: One, instructions: steps/large.md }
  - { id: two, title: Two, instructions: "![a](pictures/1.png)\\n![b](pictures/2.png)\\n![c](pictures/3.png)" }
`,
      'steps/out.md': '![a](../../plan.svg)',
      'steps/large.md': '![a](../pictures/large.png)',
      'pictures/plan.svg': SVG,
      'pictures/large.png': large + large,
      'pictures/1.png': large,
      'pictures/2.png': large,
      'pictures/3.png': large,
    }),
    [
      'lab.yaml:3: introduction: the file "pictures/plam.svg" is missing; did you mean "pictures/plan.svg"?',
      `lab.yaml:4: conclusion: "../plan.svg" is outside the lab's folder: use a path inside it, such as "pictures/plan.svg"`,
      'lab.yaml:6: steps[0].instructions: the picture "pictures/large.png" is larger than 256 KiB',
      'lab.yaml:7: steps[1].instructions: the pictures of one text are larger than 512 KiB in total',
    ],
  );
});

await t.test('limits the total size of pictures in all texts of a lab', async (t) => {
  // A lab can have 64 pages of 256 KiB: two languages of 31 steps, and two of the introduction.
  const lab = (steps: number) => ({
    'lab.yaml': `languages: [en, ko]
title: Pictures
${MACHINES}
introduction: "See ![a](a.png)"
steps:
${Array.from({ length: steps }, (_, at) => `  - { id: s${at}, title: One, instructions: { en: one.md, ko: one.md } }`).join('\n')}
`,
    'one.md': '![a](a.png)',
    'a.png': 'x'.repeat(256 * 1024),
  });
  t.equal((await labOf(t, lab(31))).steps.length, 31);
  const reported =
    'the pictures of this lab are larger than 16 MiB in total, counting each one in every text and language ' +
    'that shows it: use fewer or smaller pictures';
  t.same(await problemsOf(t, lab(32)), [
    `lab.yaml:37: steps[31].instructions.en: ${reported}`,
    `lab.yaml:37: steps[31].instructions.ko: ${reported}`,
  ]);
});
