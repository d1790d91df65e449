import { AssertionError } from 'node:assert';
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { systemClock } from '../../../src/core/clock.ts';
import { guard } from '../../../src/core/containment.ts';
import type { Contained } from '../../../src/core/containment.ts';
import { isFatal, createBackgroundWork } from '../../../src/core/lifecycle.ts';

function noted() {
  const errors: string[] = [];
  const contained: Contained = (boundary, error) => errors.push(`${boundary}: ${(error as Error).message}`);
  return { errors, contained };
}

await test('a listener that throws or rejects ends its owner and is reported once', async (t) => {
  const { errors, contained } = noted();
  const emitter = new EventEmitter();
  let ends = 0;
  const fail = () => {
    ends += 1;
    if (ends === 2) throw new Error('cannot be ended');
  };
  const options = { contained, boundary: 'socket', fail } as const;
  emitter.on(
    'message',
    guard(options, () => {
      throw new Error('thrown');
    }),
  );
  emitter.on(
    'message',
    guard(options, async () => Promise.reject(new Error('rejected'))),
  );
  let others = 0;
  emitter.on('message', () => (others += 1));
  t.doesNotThrow(() => emitter.emit('message'));
  await sleep(1);
  t.same(errors, ['socket: thrown', 'socket: rejected', 'socket: cannot be ended']);
  t.equal(others, 1);
});

await test('only out-of-memory and database errors are fatal', async (t) => {
  const coded = (code: string) => Object.assign(new Error(code), { code });
  for (const error of [
    new RangeError('Array buffer allocation failed'),
    coded('ENOMEM'),
    coded('SQLITE_CORRUPT'),
  ]) {
    t.ok(isFatal(error), error.message);
  }
  for (const error of [
    new TypeError('x is undefined'),
    // Node's HTTP client throws assertions when a hostile server confuses it.
    new AssertionError({ message: 'false == true' }),
    coded('ERR_INTERNAL_ASSERTION'),
    coded('ECONNRESET'),
    'text',
    undefined,
  ]) {
    t.notOk(isFatal(error), String(error));
  }
});

await test('background work that fails is reported and restarted, and ends on request', async (t) => {
  const { errors, contained } = noted();
  // The shortest possible delays.
  const clock = { ...systemClock, sleep: async () => sleep(1) };
  const background = createBackgroundWork({ clock, contained });
  let starts = 0;
  background.start('counting', async (signal) => {
    starts += 1;
    if (starts < 3) throw new Error(`failed ${starts}`);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  });
  await sleep(50);
  t.equal(starts, 3);
  t.same(errors, ['background-work: failed 1', 'background-work: failed 2']);
  await Promise.all(background.stop().map(({ work }) => work));
});
