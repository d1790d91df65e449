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

await t.test('what this process has is no leftover while a test can still take', async (t) => {
  t.equal(isLeftover(id, now), false);
  t.equal(isLeftover(id, later(119)), false);
  t.equal(isLeftover(id, later(121)), true);
});

await t.test('what a process had that runs no more is one at once', async (t) => {
  t.equal(isLeftover(ofProcess(process.ppid), now), false);
  const { pid } = spawnSync(process.execPath, ['--version']);
  t.equal(isLeftover(ofProcess(pid), now), true);
});

await t.test('what a process has is told from what others have', async (t) => {
  t.equal(isOfProcess(id, process.pid), true);
  t.equal(isOfProcess(id, Number(`${process.pid}0`)), false);
  t.equal(isOfProcess(`other-${id}`, process.pid), false);
});

await t.test('of what was begun on other machines only the age is known', async (t) => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const elsewhere = ofProcess(pid).replace(/^test-[0-9a-f]+-/, `test-${'0'.repeat(12)}-`);
  t.equal(isLeftover(elsewhere, now), false);
  t.equal(isLeftover(elsewhere, later(121)), true);
});

await t.test("what has another name is nobody's to remove", async (t) => {
  t.equal(isLeftover('01hzzzzzzzzzzzzzzzzzzzzzzz', later(1_000_000)), false);
});
