import { test } from 'tap';
import { createShortRequests } from '../../../../src/domains/files/transfers.ts';

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
