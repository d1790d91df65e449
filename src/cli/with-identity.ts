import { systemClock } from '../core/clock.ts';
import type { Config } from '../config/config.ts';
import type { Database } from '../infra/database/database.ts';
import type { EventBus } from '../infra/bus/event-bus.ts';
import { createMemoryBus } from '../infra/bus/memory-bus.ts';
import { createRedisBus } from '../infra/bus/redis-bus.ts';
import { ensureFirstAdmin } from '../domains/identity/first-admin.ts';
import { createSignInStore } from '../domains/identity/sign-in-store.ts';
import { createTokenService } from '../domains/identity/token-service.ts';
import { createTokenStore } from '../domains/identity/token-store.ts';
import { createUserService } from '../domains/identity/user-service.ts';
import { createUserStore } from '../domains/identity/user-store.ts';
import type { TokenService, User, UserService } from '../domains/identity/user.ts';
import type { Log } from '../core/log.ts';
import { withDatabase } from './with-database.ts';

/** The services for commands on users and tokens. */
export interface CliIdentity {
  config: Config;
  users: UserService;
  tokens: TokenService;
  /** Returns the first admin, who is created if there is no admin. */
  firstAdmin(): Promise<User>;
}

/**
 * Runs `work` on the database of the settings, even while a service runs. With Redis, that service is notified of
 * changes immediately; without it, it notices them within ten seconds. Prints a fault as one line.
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

/** Prints only warnings and errors to the terminal. */
const warnings: Log = { info: () => {}, warn, error: warn };
