import { test } from 'tap';
import { createHintStore } from '../../../src/domains/checks/hint-store.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { allScopes } from '../../../src/domains/identity/actor.ts';
import { createSignInStore } from '../../../src/domains/identity/sign-in-store.ts';
import { createTokenStore } from '../../../src/domains/identity/token-store.ts';
import { createPreviewStore } from '../../../src/domains/previews/preview-store.ts';
import { createSessionStore } from '../../../src/domains/sessions/session-store.ts';
import { createTerminalStore } from '../../../src/domains/terminals/terminal-store.ts';
import { createTicketStore } from '../../../src/domains/terminals/ticket-store.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';

const at = new Date();
const later = new Date(at.getTime() + 60_000);

await test('rows of a deleted parent are rejected with its name', async (t) => {
  await eachDatabase(t, 'gone', async (t, database) => {
    const base = { id: 'x', userId: 'gone', createdAt: at, expiresAt: later };
    const token = { ...base, name: 'x', prefix: 'x', scopes: [...allScopes], lastUsedAt: undefined };
    const pass = { grantHash: 'x', grantExpiresAt: later, openedById: 'gone', openedWith: 'x', now: at };
    const session = {
      id: 'x',
      learnerId: 'gone',
      labSlug: 'lab',
      labVersion: '1',
      machines: [],
      createdAt: at,
      queuedAt: at,
      lastActivityAt: at,
      expiresAt: later,
      idleMinutes: 1,
      endsAt: later,
      maxEndsAt: later,
      runStartedAt: null,
      timeLimitMinutes: null,
      closesAt: null,
    };
    const terminal = { sessionId: 'gone', machine: 'main', openedById: 'gone', rows: 24, cols: 80, limit: 9 };
    const inserts = {
      token: () => createTokenStore({ database }).insert(token, 'hash', 10),
      link: () => createSignInStore({ database }).insertLink({ ...base, hash: 'hash' }),
      session: () => createSessionStore({ database }).create(session, 10),
      hint: () =>
        createHintStore({ database, clock: systemClock }).put(
          { learnerId: 'gone', labSlug: 'lab', assignmentId: '', trial: false, stepId: 'step' },
          { hintId: 'hint', cost: 0 },
        ),
      terminal: () => createTerminalStore({ database }).insert({ id: 'x', now: at, ...terminal }),
      ticket: () =>
        createTicketStore({ database }).insert({
          terminalId: 'gone',
          userId: 'gone',
          role: 'owner',
          openedWith: undefined,
          hash: 'hash',
          expiresAt: later,
        }),
      preview: () =>
        createPreviewStore({ database }).insert({
          ...pass,
          id: 'x',
          sessionId: 'gone',
          machine: 'main',
          port: 80,
          expiresAt: later,
        }),
    };
    const outcomes: Record<string, string> = {};
    for (const [what, insert] of Object.entries(inserts)) outcomes[what] = await outcomeOf(insert);
    t.strictSame(outcomes, {
      token: 'USER_NOT_FOUND',
      link: 'USER_NOT_FOUND',
      session: 'USER_NOT_FOUND',
      hint: 'USER_NOT_FOUND',
      terminal: 'SESSION_NOT_FOUND',
      ticket: 'TERMINAL_NOT_FOUND',
      preview: 'SESSION_NOT_FOUND',
    });
  });
});
