import t from 'tap';
import type { Test } from 'tap';
import { bracesOf, parsePage, readCode } from 'berth-lab-format/pages';
import { superlinear } from '../../kit/fuzz/linear-time.ts';

/** Lists the code that the web app shows with an action, and checks that the service finds the same. */
function actionsIn(t: Test, page: string): string[] {
  const shown = parsePage(page).flatMap(({ type, info, children }) => {
    if (type === 'fence') return [info.trim()];
    return (children ?? []).flatMap((child) => bracesOf(child)?.words.map(({ name }) => `{{${name}}}`) ?? []);
  });
  const found = readCode(page).code.map((code) =>
    code.kind === 'block'
      ? [code.info.language, ...code.info.words.map(({ name }) => name)].join(' ').trim()
      : code.braces.words.map(({ name }) => `{{${name}}}`).join(''),
  );
  t.same(found, shown);
  return shown;
}

await t.test('finds the blocks and the code in lines, with their lines', (t) => {
  const page =
    'Look at `a`{{exec}}\nand `b`{{copy}}.\n\n```bash exec\nls\n```\n\n1. ~~~sh copy\n   x\n   ~~~\n';
  t.match(readCode(page).code, [
    { kind: 'inline', line: 1, braces: { action: { kind: 'run' } } },
    { kind: 'inline', line: 2, braces: { action: { kind: 'copy' } } },
    { kind: 'block', line: 4, info: { language: 'bash', action: { kind: 'run' } } },
    { kind: 'block', line: 8, info: { language: 'sh', action: { kind: 'copy' } } },
  ]);
  t.same([...readCode(page).blockLines], [4, 5, 6, 8, 9, 10]);
  t.end();
});

await t.test('a block ends where its quote or its list item ends', (t) => {
  t.same(actionsIn(t, '> ```sh exec\n> ls\n\nThen `a`{{copy}}.\n'), ['sh exec', '{{copy}}']);
  t.same(actionsIn(t, '- ```sh exec\n  ls\n\nThen `a`{{copy}}.\n'), ['sh exec', '{{copy}}']);
  t.end();
});

await t.test('a fence that is indented by four spaces is code, and opens or closes nothing', (t) => {
  t.same(actionsIn(t, 'Look:\n\n    ```sh exec\n    ls\n\nThen `a`{{copy}}.\n'), ['{{copy}}']);
  t.same([...readCode('Look:\n\n    ```sh exec\n    ls\n').blockLines], [3, 4]);
  t.same(actionsIn(t, '```sh exec\nls\n    ```\n`a`{{copy}}\n```\n'), ['sh exec']);
  t.same(actionsIn(t, '```sh exec\n- ```\n`a`{{copy}}\n```\n'), ['sh exec']);
  t.end();
});

await t.test('braces inside code, and after two backticks of code, belong to the right code', (t) => {
  t.same(actionsIn(t, 'Write `{{exec}}` after it, or ``a`{{exec}}``.\n'), []);
  t.same(actionsIn(t, 'Or \\`a\\`{{exec}}, or ``a ` b``{{copy}}.\n'), ['{{copy}}']);
  t.end();
});

await t.test('a table has code with the line of its row', (t) => {
  const page = '| a | b |\n|---|---|\n| x | y |\n| `ls`{{exec}} | `id`{{copy}} |\n';
  t.same(
    readCode(page).code.map(({ line }) => line),
    [4, 4],
  );
  t.end();
});

await t.test('code over several lines has the line of its braces', (t) => {
  t.match(readCode('A\n`b\nc`{{exec}} and\n`d`{{copy}}').code, [{ line: 3 }, { line: 4 }]);
  t.end();
});

await t.test('Windows line ends count as one', (t) => {
  t.match(readCode('A\r\n\r\n```sh exec\r\nls\r\n```\r\n').code, [{ line: 3 }]);
  t.same([...readCode('A\r\n\r\n```sh exec\r\nls\r\n```\r\n').blockLines], [3, 4, 5]);
  t.end();
});

await t.test('hostile pages are parsed in linear time', (t) => {
  const shapes = [
    '`{{',
    '[',
    '![',
    '`a`{{exec}}',
    '- > ',
    '> ```\n',
    '*a_',
    '```\n',
    'http://',
    '`x`{{&amp;}}\n',
  ];
  for (const shape of shapes) {
    const read = (length: number) => readCode(shape.repeat(length / shape.length));
    t.equal(superlinear(read), undefined, JSON.stringify(shape));
  }
  t.end();
});
