import { test } from 'tap';
import { isActive, nextState, sessionStates } from '../../../../src/domains/sessions/session-states.ts';
import type { SessionEvent } from '../../../../src/domains/sessions/session-states.ts';
import type { SessionState } from '../../../../src/domains/sessions/session.ts';

const events: Record<SessionEvent, true> = {
  queue: true,
  provision: true,
  provisioned: true,
  requeue: true,
  restart: true,
  save: true,
  saved: true,
  copied: true,
  keep: true,
  resume: true,
  reset: true,
  fallBack: true,
  lose: true,
  find: true,
  stop: true,
  destroyed: true,
  fail: true,
};

/** Every allowed pair, written out independently of the table. */
const expected: [SessionState, SessionEvent, SessionState][] = [
  ['requested', 'queue', 'queued'],
  ['requested', 'provision', 'provisioning'],
  ['requested', 'stop', 'stopping'],
  ['requested', 'fail', 'failed'],
  ['queued', 'provision', 'provisioning'],
  ['queued', 'stop', 'stopping'],
  ['queued', 'fail', 'failed'],
  ['queued', 'fallBack', 'saved'],
  ['provisioning', 'provisioned', 'ready'],
  ['provisioning', 'requeue', 'queued'],
  ['provisioning', 'stop', 'stopping'],
  ['provisioning', 'fail', 'failed'],
  ['provisioning', 'fallBack', 'saved'],
  ['ready', 'restart', 'ready'],
  ['ready', 'save', 'saving'],
  ['ready', 'lose', 'unreachable'],
  ['ready', 'stop', 'stopping'],
  ['ready', 'fail', 'failed'],
  ['ready', 'reset', 'queued'],
  ['ready', 'fallBack', 'saved'],
  ['saving', 'saved', 'saved'],
  ['saving', 'stop', 'stopping'],
  ['saving', 'fail', 'failed'],
  ['saving', 'copied', 'queued'],
  ['saving', 'keep', 'ready'],
  ['saving', 'lose', 'unreachable'],
  ['saving', 'fallBack', 'saved'],
  ['saved', 'resume', 'queued'],
  ['saved', 'reset', 'queued'],
  ['failed', 'reset', 'queued'],
  ['saved', 'stop', 'stopping'],
  ['unreachable', 'find', 'ready'],
  ['unreachable', 'stop', 'stopping'],
  ['unreachable', 'fail', 'failed'],
  ['unreachable', 'fallBack', 'saved'],
  ['stopping', 'destroyed', 'ended'],
];

await test('every pair of state and event leads where the diagram says', async (t) => {
  const found = sessionStates.flatMap((state) =>
    (Object.keys(events) as SessionEvent[]).flatMap((event) => {
      const next = nextState(state, event);
      return next === undefined ? [] : [`${state} ${event} ${next}`];
    }),
  );
  t.same(found.sort(), expected.map((row) => row.join(' ')).sort());
});

const reachable = (from: SessionState) => {
  const seen = new Set([from]);
  for (const state of seen) {
    for (const event of Object.keys(events) as SessionEvent[]) {
      const next = nextState(state, event);
      if (next) seen.add(next);
    }
  }
  return seen;
};

await test('every state is reachable from a request, and a session can end from each', async (t) => {
  t.same([...reachable('requested')].sort(), [...sessionStates].sort());
  for (const state of sessionStates) {
    t.ok(reachable(state).has('ended') || state === 'failed', `${state} can end`);
  }
});

await test('a stopping or ended session allows a new one', async (t) => {
  t.same(
    sessionStates.filter((state) => !isActive(state)),
    ['stopping', 'ended', 'failed'],
  );
});
