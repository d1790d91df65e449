import { spawnSync } from 'node:child_process';
import t from 'tap';
import {
  isLeftover,
  isOfProcess,
  newTestEnvironmentId,
} from '../../../../src/domains/lab-tests/environment-ids.ts';

const MINUTE_MS = 60_000;

const id = newTestEnvironmentId();
const now = new Date();
const later = (minutes: number) => new Date(now.getTime() + minutes * MINUTE_MS);
const ofProcess = (pid: number) => id.replace(`-${process.pid}-`, `-${pid}-`);

await t.test('environments of this process are not leftovers during the longest test', async (t) => {
  t.equal(isLeftover(id, now), false);
  t.equal(isLeftover(id, later(119)), false);
  t.equal(isLeftover(id, later(121)), true);
});

await t.test('environments of an ended process are leftovers immediately', async (t) => {
  t.equal(isLeftover(ofProcess(process.ppid), now), false);
  const { pid } = spawnSync(process.execPath, ['--version']);
  t.equal(isLeftover(ofProcess(pid), now), true);
});

await t.test('environments of a process are distinguished from those of others', async (t) => {
  t.equal(isOfProcess(id, process.pid), true);
  t.equal(isOfProcess(id, Number(`${process.pid}0`)), false);
  t.equal(isOfProcess(`other-${id}`, process.pid), false);
});

await t.test('environments of other hosts are judged by their age only', async (t) => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const elsewhere = ofProcess(pid).replace(/^test-[0-9a-f]+-/, `test-${'0'.repeat(12)}-`);
  t.equal(isLeftover(elsewhere, now), false);
  t.equal(isLeftover(elsewhere, later(121)), true);
});

await t.test('environments with other names are never removed', async (t) => {
  t.equal(isLeftover('01hzzzzzzzzzzzzzzzzzzzzzzz', later(1_000_000)), false);
});
