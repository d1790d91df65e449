import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import { test } from 'tap';
import { isOwnerGone, newOwner } from '../../../../src/infra/leases/process-owner.ts';

const [space = ''] = newOwner().split('/');

await test('two names of one process differ, and neither counts as ended', async (t) => {
  const [one, two] = [newOwner(), newOwner()];
  t.not(one, two);
  t.notOk(isOwnerGone(one));
  t.notOk(isOwnerGone(two));
});

await test('a process in the same process namespace is gone once it has ended', async (t) => {
  const child = spawn('sleep', ['60']);
  const name = `${space}/${child.pid}/run/one`;
  t.notOk(isOwnerGone(name));
  child.kill();
  await once(child, 'exit');
  t.ok(isOwnerGone(name));
  const [boot = '', namespace = ''] = space.split('.');
  for (const other of [hostname(), `${boot}.pid:[1]`, `another-boot.${namespace}`]) {
    t.notOk(isOwnerGone(`${other}/${child.pid}/run/one`), `nothing is known about ${other}`);
  }
});

await test('an earlier run with our own process id is gone, but only in our own namespace', async (t) => {
  t.ok(isOwnerGone(`${space}/${process.pid}/earlier/one`));
  t.notOk(isOwnerGone(`elsewhere/${process.pid}/earlier/one`));
});
