import { test } from 'tap';
import { readBraces, readFence } from 'berth-lab-format/code-words';

const run = { kind: 'run', terminal: undefined, machine: undefined, interrupt: false };

await test('a code block has a language and an action', (t) => {
  t.match(readFence('bash exec'), { language: 'bash', action: run });
  t.match(readFence('exec'), { language: undefined, action: run });
  t.same(readFence('sh exec terminal=2 interrupt machine=db').action, {
    ...run,
    terminal: 2,
    machine: 'db',
    interrupt: true,
  });
  t.match(readFence('sh copy'), { language: 'sh', action: { kind: 'copy' } });
  t.end();
});

await test('a code block without words is copied', (t) => {
  t.match(readFence(''), { language: undefined, action: { kind: 'copy' } });
  t.match(readFence('bash'), { language: 'bash', action: { kind: 'copy' } });
  t.match(readFence('c++ something'), { language: 'c++', action: { kind: 'copy' } });
  t.end();
});

await test('a code block with a file is written to it, replacing the content by default', (t) => {
  const action = (info: string) => readFence(info).action;
  const file = { kind: 'write', path: '/etc/x', machine: undefined };
  t.same(action('yaml file=/etc/x'), { ...file, how: { mode: 'replace' } });
  t.same(action('yaml file=/etc/x mode=append machine=db'), {
    ...file,
    machine: 'db',
    how: { mode: 'append' },
  });
  t.same(action('file="/a b" mode=insert marker="# put it here"'), {
    ...file,
    path: '/a b',
    how: { mode: 'insert', marker: '# put it here' },
  });
  t.same(action(`file=/etc/x mode=insert marker='say "here"'`), {
    ...file,
    how: { mode: 'insert', marker: 'say "here"' },
  });
  t.same(
    action('file=/etc/x mode=insert'),
    { ...file, how: { mode: 'append' } },
    'an insert without a marker appends',
  );
  t.same(action('file=etc/x'), { kind: 'copy' }, 'a relative path is ignored');
  t.end();
});

await test('an invalid terminal number means the visible terminal', (t) => {
  for (const terminal of ['0', '10', '02', '1e0', '0x2', '1.5', 'x', ''])
    t.same(readFence(`exec terminal=${terminal}`).action, run, terminal);
  t.end();
});

await test('distinguishes a word with a value from a language', (t) => {
  t.match(readFence('machine exec'), { language: 'machine', action: run });
  t.match(readFence('file exec'), { language: 'file', action: run });
  const { language, words } = readFence('mode= exec');
  t.equal(language, undefined);
  t.same(words, [
    { name: 'mode', value: '' },
    { name: 'exec', value: undefined },
  ]);
  t.end();
});

await test('the last of equal words counts', (t) => {
  t.match(readFence('sh exec machine=a machine=db').action, { machine: 'db' });
  t.end();
});

await test('braces run or copy, but never write a file', (t) => {
  const action = (text: string) => readBraces(text).action;
  t.same(action('exec terminal=2 interrupt'), { ...run, terminal: 2, interrupt: true });
  t.same(action('terminal=2 exec'), { ...run, terminal: 2 });
  t.same(action(' copy '), { kind: 'copy' });
  t.same(action('copy file=/etc/x'), { kind: 'copy' });
  for (const other of ['.Names', 'interrupt', 'file=/etc/x', '']) t.equal(action(other), undefined, other);
  t.end();
});
