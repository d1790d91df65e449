import t from 'tap';
import { labOf, problemsOf } from '../../../kit/labs/lab-of.ts';

const MACHINES = 'machines: [{ name: main, image: berth/lab-linux }]';

await t.test('texts are in each language of the lab, in its order', async (t) => {
  const lab = await labOf(t, {
    'lab.yaml': `languages: [en, ko, zh-Hant]
title: { ko: 명령줄, zh-Hant: 命令列, en: The command line }
machines: [{ name: main, image: x, ports: [80, { port: 81, name: { en: Site, ko: 사이트, zh-Hant: 網站 } }] }]
introduction: intro.md
conclusion: { en: finish.md, ko: finish.md, zh-Hant: finish.md }
steps:
  - id: one
    title: "1"
    instructions: |
      # Look
      Here.
    hints: [Look again., hints/one.md]
`,
    'intro.md': 'Hello',
    'intro.ko.md': '안녕',
    'intro.zh-Hant.md': '你好',
    'finish.md': 'Bye',
    'hints/one.md': 'Help',
    'hints/one.ko.md': '도움',
    'hints/one.zh-Hant.md': '幫助',
  });
  const all = (text: string) => ({ en: text, ko: text, 'zh-Hant': text });
  t.same(Object.entries(lab.title), [
    ['en', 'The command line'],
    ['ko', '명령줄'],
    ['zh-Hant', '命令列'],
  ]);
  t.same(lab.languages, ['en', 'ko', 'zh-Hant']);
  t.same(lab.summary, all(''));
  t.same(lab.introduction, { en: 'Hello', ko: '안녕', 'zh-Hant': '你好' });
  t.same(lab.conclusion, all('Bye'));
  t.same(lab.machines[0]?.ports, [
    { port: 80, name: all('Port 80') },
    { port: 81, name: { en: 'Site', ko: '사이트', 'zh-Hant': '網站' } },
  ]);
  t.match(lab.steps[0], {
    title: all('1'),
    instructions: all('# Look\nHere.'),
    hints: [{ text: all('Look again.') }, { text: { en: 'Help', ko: '도움', 'zh-Hant': '幫助' } }],
  });
});

await t.test('reports missing and unknown languages at their line', async (t) => {
  t.same(
    await problemsOf(t, {
      'lab.yaml': `languages: [en, ko]
title: { en: Only English }
summary: { en: a, kr: b }
${MACHINES}
introduction: intro.md
conclusion: { en: finish.md, ko: end.md }
steps:
  - { id: one, title: 5, instructions: gone.md, hints: [{ en: Look, ko: "" }] }
`,
      'intro.md': 'Hello',
      'finish.md': 'Bye',
    }),
    [
      'lab.yaml:2: title.ko: is missing: "languages" has "ko"',
      'lab.yaml:3: summary.kr: the lab has no language "kr": "languages" has en, ko',
      'lab.yaml:5: introduction: the file "intro.ko.md" is missing: it is the "ko" translation of "intro.md"',
      'lab.yaml:6: conclusion.ko: the file "end.md" is missing',
      'lab.yaml:8: steps[0].title: must be a text: put it in quotes',
      'lab.yaml:8: steps[0].instructions: the file "gone.md" is missing',
      'lab.yaml:8: steps[0].hints[0].ko: must not be empty',
    ],
  );
});

await t.test('languages are canonical tags, each listed once', async (t) => {
  const problems = (languages: string) =>
    problemsOf(t, { 'lab.yaml': `languages: ${languages}\ntitle: a\n${MACHINES}\n` });
  t.same(await problems('[en-us]'), ['lab.yaml:1: languages[0]: must be written "en-US"']);
  t.match(await problems('[english language]'), [/languages\[0\]: must be a language tag/]);
  t.same(await problems('[ko, ko]'), ['lab.yaml:1: languages: must list each language only once']);
  t.same(await problems('[]'), ['lab.yaml:1: languages: must have at least 1 entries']);
  t.same(await problems('ko'), ['lab.yaml:1: languages: must be a list']);
});

await t.test('without "languages" a lab is English', async (t) => {
  const files = { 'lab.yaml': `title: { en: a, ko: b }\n${MACHINES}\n` };
  t.same(await problemsOf(t, files), [
    'lab.yaml:1: title.ko: the lab has no language "ko": "languages" has en',
  ]);
  t.same((await labOf(t, { 'lab.yaml': `title: { en: a }\n${MACHINES}\n` })).title, { en: 'a' });
});
