import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import { test } from 'tap';
import { isSurelyGone, nameOwner } from '../../../src/sessions/process-owner.ts';

await test('two names of one process differ, and neither is taken for gone', async (t) => {
  const [one, two] = [nameOwner(), nameOwner()];
  t.not(one, two);
  t.notOk(isSurelyGone(one));
  t.notOk(isSurelyGone(two));
});

await test('a process of this host is gone once it has ended', async (t) => {
  const child = spawn('sleep', ['60']);
  const name = `${hostname()}/${child.pid}/run/one`;
  t.notOk(isSurelyGone(name));
  child.kill();
  await once(child, 'exit');
  t.ok(isSurelyGone(name));
});

await test('an earlier run under our own process id is gone; of other hosts nothing is known', async (t) => {
  t.ok(isSurelyGone(`${hostname()}/${process.pid}/earlier/one`));
  t.notOk(isSurelyGone(`elsewhere/${process.pid}/earlier/one`));
});
