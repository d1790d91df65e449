import { test } from 'tap';
import { readBraces, readFence } from '../../../web/src/modules/instructions/code-words.ts';

const run = { kind: 'run', terminal: undefined, machine: undefined, interrupt: false };

await test('a fence names a language, and what a click does', (t) => {
  t.same(readFence('bash exec'), { language: 'bash', deed: run });
  t.same(readFence('exec'), { language: undefined, deed: run });
  t.same(readFence('sh exec terminal=2 interrupt machine=db').deed, {
    ...run,
    terminal: 2,
    machine: 'db',
    interrupt: true,
  });
  t.same(readFence('sh copy'), { language: 'sh', deed: { kind: 'copy' } });
  t.end();
});

await test('a fence without words is copied', (t) => {
  t.same(readFence(''), { language: undefined, deed: { kind: 'copy' } });
  t.same(readFence('bash'), { language: 'bash', deed: { kind: 'copy' } });
  t.same(readFence('c++ something'), { language: 'c++', deed: { kind: 'copy' } });
  t.end();
});

await test('a fence with a file is written, all of it unless told otherwise', (t) => {
  const deed = (info: string) => readFence(info).deed;
  const file = { kind: 'write', path: '/etc/x', machine: undefined };
  t.same(deed('yaml file=/etc/x'), { ...file, how: { mode: 'replace' } });
  t.same(deed('yaml file=/etc/x mode=append machine=db'), {
    ...file,
    machine: 'db',
    how: { mode: 'append' },
  });
  t.same(deed('file="/a b" mode=insert marker="# put it here"'), {
    ...file,
    path: '/a b',
    how: { mode: 'insert', marker: '# put it here' },
  });
  t.same(deed(`file=/etc/x mode=insert marker='say "here"'`), {
    ...file,
    how: { mode: 'insert', marker: 'say "here"' },
  });
  t.same(
    deed('file=/etc/x mode=insert'),
    { ...file, how: { mode: 'append' } },
    'without a marker nothing is lost',
  );
  t.same(deed('file=etc/x'), { kind: 'copy' }, 'a path that is not absolute is none');
  t.end();
});

await test('terminals that nobody would find are left to the one that is shown', (t) => {
  for (const terminal of ['0', '10', '1.5', 'x', ''])
    t.same(readFence(`exec terminal=${terminal}`).deed, run);
  t.end();
});

await test('braces have the same words, and other braces are none', (t) => {
  t.same(readBraces('exec terminal=2 interrupt'), { ...run, terminal: 2, interrupt: true });
  t.same(readBraces(' copy '), { kind: 'copy' });
  t.equal(readBraces('.Names'), undefined);
  t.equal(readBraces(''), undefined);
  t.end();
});
