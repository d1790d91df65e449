import t from 'tap';
import { readCode } from 'berth-lab-format/pages';
import { createPageReader, PAGE_LIMITS } from '../../../../src/domains/labs/reading/pages.ts';
import { wordProblems } from '../../../../src/domains/labs/schema/word-problems.ts';
import { labOf, problemsOf } from '../../../kit/labs/lab-of.ts';

const lab = (introduction: string) => ({
  'lab.yaml': `title: a
languages: [en, ko]
machines: [{ name: main, image: x }, { name: db, image: x }]
introduction: ${introduction}
`,
});

const page = `Look:

\`\`\`bash exce
ls
\`\`\`

1. \`\`\`execc
   ls
   \`\`\`

And \`ls\`{{exce}}, \`docker ps --format\`{{.Names}}, \`x\`{{json .}}.

~~~sh exec machine=bd terminal=10
\`\`\`bash exce
~~~
`;

await t.test('reports a misspelt word after a fence or in braces with its file and line', async (t) => {
  t.same(
    await problemsOf(t, { ...lab('pages/intro.md'), 'pages/intro.md': page, 'pages/intro.ko.md': 'x' }),
    [
      'pages/intro.md:3: "exce" is not an action for code; did you mean "exec"?',
      'pages/intro.md:7: "execc" is not an action for code; did you mean "exec"?',
      'pages/intro.md:11: "exce" is not an action for code; did you mean "exec"?',
      'pages/intro.md:13: there is no machine "bd"; did you mean "db"?',
      'pages/intro.md:13: "terminal" must be a number from 1 to 9',
    ],
  );
});

await t.test('reports it in a text of lab.yaml with its key, once for all languages', async (t) => {
  t.same(await problemsOf(t, lab('"a\\n\\n```bash run\\nls\\n```"')), [
    'lab.yaml:4: introduction: "run" is not an action for code: use exec, copy, interrupt, terminal=…, machine=…, file=…, mode=…, marker=… (in line 3 of the text)',
  ]);
});

await t.test('reports which word another word requires', (t) => {
  const reported = (info: string) => problemsIn(`\`\`\`${info}\n\`\`\``);
  t.same(reported('sh interrupt'), ['"interrupt" does nothing without "exec"']);
  t.same(reported('sh terminal=2'), ['"terminal" does nothing without "exec"']);
  t.same(reported('ini mode=append'), ['"mode" does nothing without "file"']);
  t.same(reported('ini file=etc/x'), ['"file" must be a path that starts with "/"']);
  t.same(reported('ini file=/x mode=apend'), ['"mode" must be replace or append or insert']);
  t.same(reported('ini file=/x mode=insert'), ['"mode=insert" needs a "marker"']);
  t.end();
});

await t.test('accepts any language name, and unknown machines', (t) => {
  for (const info of ['', 'cpp', 'c++', 'coq', 'exec', 'css exec', 'text copy', 'sh exec machine=any']) {
    t.same(problemsIn(`\`\`\`${info}\nx\n\`\`\``), [], info);
  }
  t.end();
});

await t.test('does not change a page with valid words', async (t) => {
  const text =
    'Do\n\n```bash exec machine=db interrupt\nls\n```\n\n```ini file="/a b" mode=insert marker=\'x "y"\'\n1\n```';
  const { introduction } = await labOf(t, { ...lab('a.md'), 'a.md': text, 'a.ko.md': text });
  t.same(introduction, { en: text, ko: text });
});

await t.test('checks braces with an action anywhere, and ignores braces that are code', (t) => {
  t.same(problemsIn('`a`{{machine=bd exec}}', ['db']), ['there is no machine "bd"; did you mean "db"?']);
  t.same(problemsIn('`a`{{interrupt}}'), ['"interrupt" does nothing without "exec"']);
  t.same(problemsIn('`a`{{copy file=/etc/x}}'), ['"file" works only after the fence of a code block']);
  t.same(problemsIn('`{{exce}}` and `{{.exec}}`'), []);
  t.same(problemsIn('> ```sh\n> x\n\n`a`{{exce}}'), [
    '"exce" is not an action for code; did you mean "exec"?',
  ]);
  t.end();
});

await t.test('rejects texts that would take too long to read', async (t) => {
  const { each } = PAGE_LIMITS;
  const long = 'a\n'.repeat(each / 2 + 1);
  t.same(await problemsOf(t, { ...lab('a.md'), 'a.md': long, 'a.ko.md': 'x y' }), [
    'lab.yaml:4: introduction: the text is longer than 256 Ki characters: split it',
  ]);
  const read = createPageReader();
  for (let index = 0; index < PAGE_LIMITS.lab / each; index++) t.ok('code' in read(`${index}`.repeat(each)));
  t.ok('code' in read('0'.repeat(each)), 'a page that is known costs nothing');
  t.match(read('one more'), { problem: 'the texts of this lab are longer than 2048 Ki characters in total' });
  t.end();
});

function problemsIn(page: string, machines: string[] = []): string[] {
  return wordProblems(readCode(page).code, machines).map(({ message }) => message);
}
