import t from 'tap';
import { imagesOfLabs } from '../../../../src/domains/labs/catalogue.ts';
import { labOf } from '../../../kit/labs/lab-of.ts';

await t.test('a lab needs the images of its machines and of its trusted checks', async (t) => {
  const lab = await labOf(t, {
    'a.md': 'Do it.',
    'lab.yaml': `title: a
machines: [{ name: main, image: one }, { name: other, image: two }]
steps:
  - id: one
    title: One
    instructions: a.md
    checks:
      - { script: exit 0, trusted: { image: three } }
      - { script: exit 0, trusted: true }
      - { script: exit 0 }
`,
  });
  t.same(imagesOfLabs({ all: () => [lab] }), [{ slug: lab.slug, images: ['one', 'two', 'three'] }]);
});
