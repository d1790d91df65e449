import { test } from 'tap';
import { createTransfers } from '../../../src/files/transfers.ts';

const never = new AbortController().signal;

await test('one learner, with however many sessions, leaves room for the others', (t) => {
  const transfers = createTransfers();
  const begin = (learnerId: string, sessionId: string) => transfers.begin({ learnerId, sessionId }, never);
  const held = ['one', 'one', 'one', 'one', 'two', 'two'].map((session) => begin('hoarder', session));
  t.throws(() => begin('hoarder', 'one'), { code: 'TRANSFER_LIMIT', message: /^The session has 4 / });
  t.throws(() => begin('hoarder', 'three'), {
    code: 'TRANSFER_LIMIT',
    message: 'The learner has 6 such requests for files under way: wait for one of them to end.',
  });
  const others = [begin('a', 'a'), begin('b', 'b'), begin('staff', 'two')];
  held[5]?.end();
  held[5]?.end();
  held[5] = begin('hoarder', 'three');
  t.throws(
    () => begin('hoarder', 'three'),
    { code: 'TRANSFER_LIMIT' },
    'what ends twice gives one place back',
  );
  for (const { end } of [...held, ...others]) end();
  for (let number = 0; number < 16; number += 1) begin(`user-${number}`, `session-${number}`);
  t.throws(() => begin('late', 'late'), { code: 'TRANSFER_LIMIT', message: /^The service has 16 / });
  t.end();
});
