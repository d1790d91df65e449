import { join } from 'node:path';
import t from 'tap';
import { decodeText } from '../../../../../src/domains/labs/import/reading/scenario-source.ts';
import { importAll, importOne, smallIndex } from '../../../../kit/labs/imports.ts';
import { labIn, labsFolder, writeLab } from '../../../../kit/labs/lab-folders.ts';

const utf16 = (text: string, { bigEndian = false, mark = true } = {}) => {
  const content = Buffer.from((mark ? '\uFEFF' : '') + text, 'utf16le');
  return bigEndian ? content.swap16() : content;
};
const latin1 = (text: string) => Buffer.from(text, 'latin1');

await t.test('decodes the encodings of Windows', async (t) => {
  const text = '{"title": "Bäume 나무"}\n';
  for (const bigEndian of [false, true]) {
    for (const mark of [true, false]) {
      t.same(decodeText(utf16(text, { bigEndian, mark })), { text, encoding: 'UTF-16' });
    }
  }
  t.same(decodeText(Buffer.from(`\uFEFF${text}`)), { text, encoding: 'UTF-8' });
  t.same(decodeText(latin1('Bäume')), { text: 'Bäume', encoding: 'Windows-1252' });
  t.same(decodeText(Buffer.from([0x80, 0x93, 0x41])), { text: '€“A', encoding: 'Windows-1252' });
  t.same(decodeText(Buffer.from('a\tb\r\n\x1b[1mc\f')), {
    text: 'a\tb\r\n\x1b[1mc\f',
    encoding: 'UTF-8',
  });
  for (const binary of ['a\0b', '\x7fELF\x02\x01\x01\0', '\0\0\0\0', 'x\x01\xff']) {
    t.equal(decodeText(latin1(binary)), undefined, JSON.stringify(binary));
  }
  // Half a letter.
  t.equal(decodeText(Buffer.from([0xff, 0xfe, 0x41])), undefined);
});

await t.test('imports scenarios in UTF-16 and Latin-1, with a warning', async (t) => {
  const done = await importOne(t, {
    'index.json': utf16(smallIndex({ title: 'Bäume' })),
    'step.md': latin1('Gr\xfc\xdfe: `ls`{{exec}}'),
  });
  t.same(done.warnings, [
    'one/index.json: was decoded from UTF-16; save it as UTF-8',
    'one/index.json:1: the file "one/step.md" was decoded from Windows-1252; save it as UTF-8',
  ]);
  const lab = await labIn(done.folder);
  t.equal(lab.title['en'], 'Bäume');
  t.match(lab.steps, [{ instructions: { en: 'Grüße: `ls`{{exec}}' } }]);
});

await t.test('lists the scenarios of courses in UTF-16, and rejects an index that is not text', async (t) => {
  const source = await labsFolder(t, {});
  await writeLab(source, 'trees/oak', { 'index.json': smallIndex(), 'step.md': 'An oak.' });
  await writeLab(source, 'trees/ash', { 'index.json': smallIndex(), 'step.md': 'An ash.' });
  await writeLab(source, 'trees', {
    'structure.json': utf16(JSON.stringify({ items: [{ path: 'ash' }, { path: 'oak', title: 'Élan' }] })),
  });
  await writeLab(source, 'stone', { 'index.json': Buffer.from([0x7b, 0, 1, 2, 3, 0xff]) });
  const done = await importAll(t, source);
  t.same(
    done.scenarios.map(({ scenario, outcome }) => [scenario, outcome]),
    [
      ['stone', 'refused'],
      ['trees/ash', 'imported'],
      ['trees/oak', 'imported'],
    ],
  );
  t.match(done.of('stone').refusals, [{ file: 'stone/index.json', message: 'is not text' }]);
  t.match(await labIn(join(done.into, 'trees-oak')), { title: { en: 'Élan' } });
  t.same(done.courses, ['trees/structure.json: was decoded from UTF-16; save it as UTF-8']);
});

await t.test('reads a finish, an intro and steps outside "details"', async (t) => {
  const outside = await importOne(t, {
    'index.json': JSON.stringify({
      title: 'Outside',
      intro: { text: 'intro.md' },
      details: { steps: [{ title: 'A step', text: 'step.md' }] },
      finish: { text: 'finish.md' },
      backend: { imageid: 'ubuntu' },
    }),
    'intro.md': 'Hello.',
    'step.md': 'Do it.',
    'finish.md': 'The last page.',
  });
  t.same(outside.warnings, []);
  t.match(await labIn(outside.folder), {
    introduction: { en: 'Hello.' },
    steps: [{ title: { en: 'A step' } }],
    conclusion: { en: 'The last page.' },
  });
  const both = await importOne(t, {
    'index.json': smallIndex({
      finish: { text: 'two.md' },
      details: { steps: [{ text: 'step.md' }], finish: { text: 'one.md' } },
    }),
    'step.md': 'Do it.',
    'one.md': 'One.',
    'two.md': 'Two.',
  });
  t.same(both.warnings, ['one/index.json:1: finish: is ignored, because details.finish is used']);
  t.match(await labIn(both.folder), { conclusion: { en: 'One.' } });
});

await t.test('reports unknown keys with a suggestion', async (t) => {
  const done = await importOne(t, {
    'index.json': JSON.stringify(
      {
        title: 'Keys',
        dificulty: 'easy',
        difficulty: 'easy',
        pathwayTitle: 'Trees',
        details: {
          steps: [{ tile: 'A step', text: 'step.md', verfiy: 'verify.sh' }],
          assets: { host01: [{ file: 'a', target: '/srv', mode: '+x' }] },
          credits: 'me',
        },
        environment: { uilayout: 'terminal', terminals: [{ name: 'Two', target: 'host01' }] },
        backend: { imageid: 'ubuntu', memory: '4GB', port: 80 },
      },
      null,
      1,
    ),
    'step.md': 'Do it.',
    'assets/a': 'x',
  });
  t.same(done.warnings.toSorted(), [
    'one/index.json:11: details.steps[0].verfiy: unknown key, ignored; did you mean "verify"?',
    'one/index.json:19: details.assets.host01[0].mode: unknown key, ignored',
    'one/index.json:23: details.credits: unknown key, ignored',
    'one/index.json:36: backend.memory: unknown key, ignored',
    'one/index.json:3: dificulty: unknown key, ignored; did you mean "difficulty"?',
    'one/index.json:9: details.steps[0].tile: unknown key, ignored; did you mean "title"?',
  ]);
});

await t.test('reports why pictures are left out, and a larger limit includes them', async (t) => {
  const files = {
    'index.json': smallIndex(),
    'step.md': [
      '![a](gone.png)',
      '![b](large.png)',
      '![c](one.png)',
      '![d](two.png)',
      '![e](three.png)',
      '![f](huge.png)',
    ].join('\n'),
    'large.png': Buffer.alloc(300 * 1024),
    'one.png': Buffer.alloc(200 * 1024),
    'two.png': Buffer.alloc(200 * 1024),
    'three.png': Buffer.alloc(200 * 1024),
    'huge.png': Buffer.alloc(1024 * 1024 + 1),
  };
  const usual = await importOne(t, files);
  t.same(usual.warnings, [
    'one/step.md:1: the picture "gone.png" is left out because there is no such file',
    'one/step.md:2: the picture "large.png" is left out because its size is 300 KiB and the limit is 256 KiB; raise it with --picture-limit, up to 700 KiB',
    'one/step.md:5: the picture "three.png" is left out because the pictures of this page would total 600 KiB and the limit is 512 KiB; raise it with --picture-limit, up to 700 KiB',
    'one/step.md:6: the picture "huge.png" is left out because it is larger than 1 MiB',
  ]);
  const raised = await importOne(
    t,
    { ...files, 'step.md': '![b](large.png) ![c](one.png)\n![d](two.png)' },
    {
      pictureLimit: 700 * 1024,
    },
  );
  t.same(raised.warnings, []);
  t.match((await labIn(raised.folder)).steps[0]?.instructions['en'], /(data:image[^]*){3}/);
});

await t.test('the machine gets the memory in the image id', async (t) => {
  const memory = async (imageid: string) => {
    const done = await importOne(t, {
      'index.json': smallIndex({ backend: { imageid } }),
      'step.md': 'Do it.',
    });
    return (await labIn(done.folder)).machines[0]?.memoryBytes;
  };
  t.equal(await memory('ubuntu-4GB'), 4 * 1024 ** 3);
  t.equal(await memory('ubuntu-512mb'), 512 * 1024 ** 2);
  t.equal(await memory('ubuntu'), 512 * 1024 ** 2);
});
