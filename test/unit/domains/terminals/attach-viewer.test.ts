import { test } from 'tap';
import { attachViewer } from '../../../../src/domains/terminals/attach-viewer.ts';
import { createLiveTerminal } from '../../../../src/domains/terminals/live-terminal.ts';
import { quietLog } from '../../../kit/basics/quiet-log.ts';
import { shellConnection, unobserved } from '../../../kit/terminals/shell-connection.ts';

for (const [outcome, mayStay] of [
  ['is denied', async () => false],
  [
    'cannot be checked',
    async (): Promise<boolean> => {
      throw new Error('the database is unavailable');
    },
  ],
] as const) {
  await test(`a viewer whose access ${outcome} does not stay in the list of viewers`, async (t) => {
    const live = createLiveTerminal({
      ...unobserved,
      engineTerminal: shellConnection().terminal,
      reconnect: async () => undefined,
    });
    const attached = attachViewer({
      terminalId: 't1',
      learnerId: 'u1',
      live,
      viewer: { id: 'v1', userId: 'u1', name: 'Ada', role: 'owner' },
      request: { from: undefined, client: undefined },
      snapshots: { take: async () => Buffer.alloc(0) },
      mayStay,
      log: quietLog(),
    });
    await t.rejects(attached);
    t.equal(live.viewers.count(), 0);
    t.notOk(live.viewers.hasOwner());
    live.release();
  });
}
