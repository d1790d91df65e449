import { setImmediate as nextTurn } from 'node:timers/promises';
import { test } from 'tap';
import { createShortRequests, createTransfers } from '../../../../src/domains/files/transfers.ts';
import { aliveBytes } from '../../../kit/fuzz/garbage.ts';

const never = new AbortController().signal;
const LIMITS = { session: 4, learner: 6, all: 32, waitMs: 60_000 };

function open(limits: Partial<typeof LIMITS> = {}) {
  const transfers = createTransfers({ ...LIMITS, ...limits });
  const begin = (learnerId: string, sessionId: string, client = never) =>
    transfers.begin({ learnerId, sessionId }, client);
  /** Starts this many for each learner, in separate sessions. */
  const occupy = async (learners: string[], each = 1) => {
    const names = learners.flatMap((learner) => Array.from({ length: each }, () => learner));
    return Promise.all(names.map((learner, at) => begin(learner, `${learner} ${at}`)));
  };
  return { transfers, begin, occupy };
}

const named = (count: number) => Array.from({ length: count }, (_, at) => `learner ${at}`);

/** Whether the promise is already settled. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  await new Promise(setImmediate);
  return (await Promise.race([promise.catch(() => undefined), Promise.resolve(pending)])) !== pending;
}

await test('limits transfers for a session, and for a learner with any number of sessions', async (t) => {
  const { begin } = open();
  const held = await Promise.all(
    ['one', 'one', 'one', 'one', 'two', 'two'].map((session) => begin('hoarder', session)),
  );
  await t.rejects(begin('hoarder', 'one'), {
    code: 'TRANSFER_LIMIT',
    message: /^The session already has 4 /,
  });
  await t.rejects(begin('hoarder', 'three'), {
    code: 'TRANSFER_LIMIT',
    message:
      'The learner already has 6 such file transfers, which is the maximum. Wait for one of them to end.',
  });
  await Promise.all([begin('a', 'a'), begin('b', 'b'), begin('staff', 'two')]);
  held[5]?.end();
  held[5]?.end();
  await begin('hoarder', 'three');
  await t.rejects(begin('hoarder', 'three'), { code: 'TRANSFER_LIMIT' }, 'ending twice frees one slot');
});

await test("transfers beyond the service's limit wait in order", async (t) => {
  const { begin, occupy } = open();
  const [first, second] = await occupy(named(32));
  const [early, late] = [begin('early', 'early'), begin('late', 'late')];
  t.notOk(await isSettled(early));
  first?.end();
  await early;
  t.notOk(await isSettled(late));
  second?.end();
  await late;
});

await test('learners with stalled transfers leave half of the slots to others', async (t) => {
  const { begin, occupy } = open();
  const [one] = await occupy(named(3), 5);
  await begin('learner 0', 'sixth');
  const seventeenth = begin('learner 1', 'sixth');
  t.notOk(await isSettled(seventeenth), 'half is in use');
  const others = await occupy(['a', 'b', 'c']);
  for (const { end } of others) end();
  t.notOk(await isSettled(seventeenth));
  one?.end();
  await seventeenth;
});

await test('waiting ends with its timeout, the client, the session and the service, and frees the slot', async (t) => {
  const { transfers, begin, occupy } = open({ all: 2, learner: 1, waitMs: 50 });
  const [held] = await occupy(['a', 'b']);
  await t.rejects(begin('c', 'c'), { code: 'TRANSFER_LIMIT', message: /^The service already has 2 / });

  const patient = open({ all: 2, learner: 1 });
  await patient.occupy(['a', 'b']);
  const client = new AbortController();
  const left = patient.begin('c', 'c', client.signal);
  await t.rejects(patient.begin('c', 'c2'), { code: 'TRANSFER_LIMIT' }, 'a waiting transfer counts');
  client.abort();
  await t.rejects(left, { code: 'TRANSFER_INTERRUPTED' });
  await t.rejects(patient.begin('c', 'c', client.signal), { code: 'TRANSFER_INTERRUPTED' });
  const ended = patient.begin('c', 'c');
  t.ok(patient.transfers.has('c'));
  patient.transfers.cancel('c');
  await t.rejects(ended, { code: 'TRANSFER_INTERRUPTED' });
  t.notOk(patient.transfers.has('c'));
  const stopped = patient.begin('c', 'c');
  patient.transfers.stop();
  await t.rejects(stopped, { code: 'TRANSFER_INTERRUPTED' });
  await t.rejects(patient.begin('d', 'd'), { code: 'SHUTTING_DOWN' });

  held?.end();
  await begin('c', 'c');
  transfers.stop();
});

await test('nothing of ended transfers stays in memory', async (t) => {
  const { begin } = open();
  const run = async (count: number) => {
    for (let at = 0; at < count; at++) {
      (await begin('ada', 'one')).end();
      // Garbage is collected between two turns of the event loop.
      if (at % 100 === 0) await nextTurn();
    }
    await nextTurn();
  };
  await run(1_000);
  const before = aliveBytes();
  await run(100_000);
  const kept = aliveBytes() - before;
  t.ok(kept < 3 * 1024 ** 2, `${kept} bytes of 100,000`);
});

await test('limits simultaneous file requests, for a session and in total', async (t) => {
  const requests = createShortRequests({ session: 2, learner: 3, all: 3, waitMs: 20 });
  const ends: (() => void)[] = [];
  const look = (session: string) =>
    requests.run(
      { sessionId: session, learnerId: session },
      () => new Promise<void>((end) => ends.push(end)),
    );
  const under = [look('a'), look('a')];
  await t.rejects(look('a'), {
    code: 'TRANSFER_LIMIT',
    message:
      'The session already has 2 such file transfers, which is the maximum. Wait for one of them to end.',
  });
  under.push(look('b'));
  await t.rejects(look('c'), { code: 'TRANSFER_LIMIT', message: /^The service already has 3 / });

  ends[0]?.();
  await under[0];
  under.push(look('c'));
  await t.rejects(
    requests.run({ sessionId: 'a', learnerId: 'a' }, async () => Promise.reject(new Error('failed'))),
    { code: 'TRANSFER_LIMIT' },
  );
  ends[1]?.();
  await under[1];
  for (const message of ['one', 'two']) {
    await t.rejects(
      requests.run({ sessionId: 'a', learnerId: 'a' }, async () => Promise.reject(new Error(message))),
      { message },
      'a failed request frees its slot',
    );
  }
  requests.stop();
  await t.rejects(look('a'), { code: 'SHUTTING_DOWN' });
  for (const end of ends) end();
  await Promise.all(under);
});
