import { setImmediate } from 'node:timers/promises';
import { test } from 'tap';
import { createRunner } from '../../../../../src/domains/sessions/reconcile/runner.ts';

/** A runner whose runs end when the test says so. */
function heldRunner() {
  const ends: (() => void)[] = [];
  const runner = createRunner({
    work: () => new Promise<void>((resolve) => ends.push(resolve)),
    onError: () => undefined,
  });
  return { runner, ends };
}

await test('wakes during a run cause one more run', async (t) => {
  const { runner, ends } = heldRunner();
  runner.wake();
  runner.wake();
  runner.wake();
  t.equal(ends.length, 1);
  ends[0]?.();
  await setImmediate();
  t.equal(ends.length, 2);
  ends[1]?.();
  await setImmediate();
  t.equal(ends.length, 2);
});

await test('a wake at the moment a run ends is not lost', async (t) => {
  let runs = 0;
  const runner = createRunner({ work: async () => void runs++, onError: () => t.fail('it cannot fail') });
  await runner.flush();
  runner.wake();
  await runner.flush();
  t.equal(runs, 3);
});

await test('a failed run is reported, and the next one follows', async (t) => {
  const errors: unknown[] = [];
  const failure = new Error('once');
  let runs = 0;
  const work = async () => {
    if (++runs === 1) throw failure;
  };
  const runner = createRunner({ work, onError: (error) => errors.push(error) });
  await runner.flush();
  await runner.flush();
  t.equal(runs, 2);
  t.same(errors, [failure]);
});

await test('stop waits for the run and prevents others', async (t) => {
  const { runner, ends } = heldRunner();
  runner.wake();
  runner.wake();
  const stopped = runner.stop();
  ends[0]?.();
  await stopped;
  runner.wake();
  await setImmediate();
  t.equal(ends.length, 1);
});
