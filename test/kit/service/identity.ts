import type { Test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import type { EventBus } from '../../../src/infra/bus/event-bus.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { createAuthenticationService } from '../../../src/domains/identity/authentication-service.ts';
import { createSignInStore } from '../../../src/domains/identity/sign-in-store.ts';
import { createTokenService } from '../../../src/domains/identity/token-service.ts';
import { createTokenStore } from '../../../src/domains/identity/token-store.ts';
import { createUserService } from '../../../src/domains/identity/user-service.ts';
import { createUserStore } from '../../../src/domains/identity/user-store.ts';
import { quietLog } from '../basics/quiet-log.ts';
import { createFakeClock } from '../basics/fake-clock.ts';
import { workAccessOn } from './courses.ts';

export type Identity = ReturnType<typeof createIdentity>;

/**
 * The whole domain on `database`, like one process, on the test's clock. It is closed before the database. Several on
 * one bus act as several processes.
 */
export function createIdentity(
  t: Test,
  database: Database,
  {
    events = createMemoryBus({ log: quietLog() }),
    start,
  }: {
    events?: EventBus;
    /** The initial time of the clock. */
    start?: Date;
  } = {},
) {
  const clock = createFakeClock(start);
  const log = quietLog();
  const changedUsers: string[] = [];
  events.listen('user.changed', ({ userId }) => void changedUsers.push(userId));

  const stores = {
    users: createUserStore({ database }),
    tokens: createTokenStore({ database }),
    signIns: createSignInStore({ database }),
    workAccess: workAccessOn(database),
  };
  const users = createUserService({ ...stores, events, clock });
  const tokens = createTokenService({ ...stores, events, clock });
  const authentication = createAuthenticationService({ ...stores, userService: users, events, clock, log });
  t.teardown(() => authentication.close());
  return { clock, log, stores, users, tokens, authentication, changedUsers };
}

/** A bus that the test can disconnect: meanwhile, no event arrives and it reports the problem. */
export function createFragileBus(): EventBus & { cut(): void } {
  const bus = createMemoryBus({ log: quietLog() });
  let up = true;
  return {
    ...bus,
    publish: async (topic, event) => (up ? bus.publish(topic, event) : undefined),
    healthy: () => up,
    cut: () => void (up = false),
  };
}
