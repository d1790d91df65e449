import { test } from 'tap';
import { readBraces, readFence } from '../../../web/src/modules/instructions/code-actions.ts';

const run = { kind: 'run', terminal: undefined, machine: undefined, interrupt: false };

await test('a code block has a language and an action', (t) => {
  t.same(readFence('bash exec'), { language: 'bash', action: run });
  t.same(readFence('exec'), { language: undefined, action: run });
  t.same(readFence('sh exec terminal=2 interrupt machine=db').action, {
    ...run,
    terminal: 2,
    machine: 'db',
    interrupt: true,
  });
  t.same(readFence('sh copy'), { language: 'sh', action: { kind: 'copy' } });
  t.end();
});

await test('a code block without words is copied', (t) => {
  t.same(readFence(''), { language: undefined, action: { kind: 'copy' } });
  t.same(readFence('bash'), { language: 'bash', action: { kind: 'copy' } });
  t.same(readFence('c++ something'), { language: 'c++', action: { kind: 'copy' } });
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
  for (const terminal of ['0', '10', '1.5', 'x', ''])
    t.same(readFence(`exec terminal=${terminal}`).action, run);
  t.end();
});

await test('braces have the same words, and other braces are ignored', (t) => {
  t.same(readBraces('exec terminal=2 interrupt'), { ...run, terminal: 2, interrupt: true });
  t.same(readBraces(' copy '), { kind: 'copy' });
  t.equal(readBraces('.Names'), undefined);
  t.equal(readBraces(''), undefined);
  t.end();
});
