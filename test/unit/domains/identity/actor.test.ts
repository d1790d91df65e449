import t from 'tap';
import { allScopes, requireActor } from '../../../../src/domains/identity/actor.ts';
import type { Actor, Role, Scope } from '../../../../src/domains/identity/actor.ts';

const actor = (role: Role, scopes: readonly Scope[] = allScopes): Actor => ({ userId: role, role, scopes });

await t.test('an anonymous user is asked to sign in', async (t) => {
  t.throws(() => requireActor(undefined, { scope: 'read' }), { code: 'UNAUTHENTICATED' });
});

await t.test('scopes are a set: each allows what it names and nothing else', async (t) => {
  for (const held of allScopes) {
    for (const scope of allScopes) {
      const ask = () => requireActor(actor('admin', [held]), { scope });
      if (held === scope) t.doesNotThrow(ask);
      else t.throws(ask, { code: 'FORBIDDEN', message: `"${scope}"` });
    }
  }
});

await t.test('roles are ordered', async (t) => {
  const ladder: Role[] = ['student', 'instructor', 'admin'];
  for (const [held, role] of ladder.entries()) {
    for (const [needed, need] of ladder.entries()) {
      const ask = () => requireActor(actor(role), { scope: 'read', role: need });
      if (held >= needed) t.doesNotThrow(ask);
      else t.throws(ask, { code: 'FORBIDDEN', message: `"${need}"` });
    }
  }
});
