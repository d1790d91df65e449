import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import { test } from 'tap';
import { isSurelyGone, nameOwner } from '../../../../src/infra/leases/process-owner.ts';

const [space = ''] = nameOwner().split('/');

await test('two names of one process differ, and neither is taken for gone', async (t) => {
  const [one, two] = [nameOwner(), nameOwner()];
  t.not(one, two);
  t.notOk(isSurelyGone(one));
  t.notOk(isSurelyGone(two));
});

await test('a process of this process space is gone once it has ended', async (t) => {
  const child = spawn('sleep', ['60']);
  const name = `${space}/${child.pid}/run/one`;
  t.notOk(isSurelyGone(name));
  child.kill();
  await once(child, 'exit');
  t.ok(isSurelyGone(name));
  const [boot = '', namespace = ''] = space.split('.');
  for (const other of [hostname(), `${boot}.pid:[1]`, `another-boot.${namespace}`]) {
    t.notOk(isSurelyGone(`${other}/${child.pid}/run/one`), `of ${other} nothing is known`);
  }
});

await test('an earlier run under our own process id is gone, but only in our own process space', async (t) => {
  t.ok(isSurelyGone(`${space}/${process.pid}/earlier/one`));
  t.notOk(isSurelyGone(`elsewhere/${process.pid}/earlier/one`));
});
