import { test } from 'tap';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { allScopes, system } from '../../../src/domains/identity/actor.ts';
import { createCredentialWatch } from '../../../src/domains/identity/credential-watch.ts';
import { createPreviewService } from '../../../src/domains/previews/preview-service.ts';
import type { PreviewServiceOptions } from '../../../src/domains/previews/preview-service.ts';
import { createPreviewStore } from '../../../src/domains/previews/preview-store.ts';
import { insertSession } from '../../kit/labs/check-world.ts';
import { createActors } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { createIdentity } from '../../kit/service/identity.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { until } from '../../kit/basics/until.ts';

/** Longest wait for an end, in milliseconds: shorter than the time between two checks without an event. */
const PATIENCE_MS = 15_000;

await test('an open preview ends with the credential that opened it, even while others are connected', async (t) => {
  await eachDatabase(t, 'ends', async (t, database) => {
    const log = quietLog();
    const events = createMemoryBus({ log });
    const { users, tokens, authentication, clock } = createIdentity(t, database, {
      events,
      start: new Date(),
    });
    const credentialWatch = createCredentialWatch({ authentication, events, log });
    t.teardown(() => credentialWatch.close());
    const actors = await createActors(database);
    const session = await insertSession(database, actors.owner.userId, 'lab');
    // Nothing checks open connections on a schedule: `maintain` does not run.
    const previews = createPreviewService({
      store: createPreviewStore({ database }),
      sessions: { machine: async () => ({ machineId: 'machine', learnerId: actors.owner.userId }) },
      byCredential: authentication.byCredential,
      credentialWatch,
      events,
      clock,
      log,
    } as unknown as PreviewServiceOptions);
    t.teardown(() => previews.close());
    const ended: string[] = [];

    /** Opens a port with a token of a new user, and holds a connection to it. */
    async function hold(name: string, input: { expiresAt?: Date } = {}) {
      const { id: userId } = await users.create(system, { name, role: 'instructor' });
      const { token, secret } = await tokens.create(system, {
        name,
        scopes: [...allScopes],
        userId,
        ...input,
      });
      const target = { sessionId: session, machine: 'main', port: 80 };
      const grant = await previews.open(await authentication.byToken(secret), target);
      const pass = await previews.enter(target, grant.secret);
      const release = previews.hold(await previews.authorize(target, [pass.secret]), () => ended.push(name));
      return { userId, tokenId: token.id, release };
    }

    const revoked = await hold('revoked');
    const demoted = await hold('demoted');
    const left = await hold('left');
    left.release();
    await hold('expired', { expiresAt: new Date(Date.now() + 1_500) });
    const kept = await hold('kept');
    await until(() => credentialWatch.count() === 4);

    await tokens.revoke(system, revoked.tokenId);
    await until(() => ended.includes('revoked'), PATIENCE_MS);
    await users.update(system, demoted.userId, { role: 'student' });
    await until(() => ended.includes('demoted'), PATIENCE_MS);
    await until(() => ended.includes('expired'), PATIENCE_MS);
    t.strictSame(ended.toSorted(), ['demoted', 'expired', 'revoked']);
    kept.release();
    t.equal(credentialWatch.count(), 0, 'nothing is watched any more');
  });
});
