import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import type { EventBus } from '../events/event-bus.ts';
import { createMemoryBus } from '../events/memory-bus.ts';
import { createRedisBus } from '../events/redis-bus.ts';
import { ensureFirstAdmin } from '../identity/first-admin.ts';
import { createSignInStore } from '../identity/sign-in-store.ts';
import { createTokenService } from '../identity/token-service.ts';
import { createTokenStore } from '../identity/token-store.ts';
import { createUserService } from '../identity/user-service.ts';
import { createUserStore } from '../identity/user-store.ts';
import type { TokenService, User, UserService } from '../identity/user.ts';
import type { Log } from '../log.ts';
import { withDatabase } from './with-database.ts';

/** What commands on users and tokens work with. */
export interface CliIdentity {
  config: Config;
  users: UserService;
  tokens: TokenService;
  /** Made now if there is none. */
  firstAdmin(): Promise<User>;
}

/**
 * Runs `work` on the database of these settings, beside a service that may run. With Redis that
 * service learns of changes at once, without it within ten seconds. A fault is printed as a line.
 */
export async function withIdentity(work: (identity: CliIdentity) => Promise<void>): Promise<void> {
  await withDatabase(async ({ config, database }) => {
    const events = await connectEvents(config);
    try {
      await work({ config, ...createIdentity(database, events) });
    } finally {
      await events.close();
    }
  });
}

function createIdentity(database: Database, events: EventBus): Omit<CliIdentity, 'config'> {
  const clock = systemClock;
  const users = createUserStore({ database });
  const tokens = createTokenStore({ database });
  const signIns = createSignInStore({ database });
  return {
    users: createUserService({ users, signIns, events, clock }),
    tokens: createTokenService({ tokens, users, events, clock }),
    firstAdmin: () => ensureFirstAdmin({ users, clock }),
  };
}

async function connectEvents({ redisUrl }: Config): Promise<EventBus> {
  return redisUrl === undefined
    ? createMemoryBus({ log: warnings })
    : await createRedisBus({ url: redisUrl, log: warnings });
}

function warn(_details: object, message: string): void {
  process.stderr.write(`${message}\n`);
}

/** People at a terminal want to know what is wrong and nothing else. */
const warnings: Log = { info: () => {}, warn, error: warn };
