import type { Clock } from '../../core/clock.ts';
import { newId } from '../../core/ids.ts';
import type { Database } from '../../infra/database/database.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Log } from '../../core/log.ts';
import { createAuthenticationService } from './authentication-service.ts';
import { createCredentialWatch } from './credential-watch.ts';
import type { CredentialWatch } from './credential-watch.ts';
import { ensureFirstAdmin } from './first-admin.ts';
import { createSignInStore } from './sign-in-store.ts';
import { createTokenService } from './token-service.ts';
import { createTokenStore } from './token-store.ts';
import { createUserService } from './user-service.ts';
import { createUserStore } from './user-store.ts';
import type { AuthenticationService, People, TokenService, User, UserService } from './user.ts';
import { createWorkAccess } from './work-access.ts';
import type { WorkAccess } from './work-access.ts';
import { createWorkAccessStore } from './work-access-store.ts';

export interface Identity {
  users: UserService;
  tokens: TokenService;
  authentication: AuthenticationService;
  people: People;
  workAccess: WorkAccess;
  /** Ends what a credential opened when the credential ends. */
  credentialWatch: CredentialWatch;
  /** Returns the first admin, who is created if there is no admin. */
  firstAdmin(): Promise<User>;
  /** Stops listening, and waits for pending writes: call this before the database closes. */
  close(): Promise<void>;
}

/** Creates all services of users and their credentials. */
export function createIdentity(options: {
  database: Database;
  events: EventBus;
  clock: Clock;
  log: Log;
}): Identity {
  const { database, events, clock, log } = options;
  const users = createUserStore({ database });
  const tokens = createTokenStore({ database });
  const signIns = createSignInStore({ database });
  const workAccess = createWorkAccess({ store: createWorkAccessStore({ database }) });
  const userService = createUserService({ users, signIns, workAccess, events, clock });
  const authentication = createAuthenticationService({
    users,
    tokens,
    signIns,
    userService,
    events,
    clock,
    log,
  });
  const credentialWatch = createCredentialWatch({ authentication, events, log });
  return {
    users: userService,
    tokens: createTokenService({ tokens, users, workAccess, events, clock }),
    authentication,
    people: {
      find: users.find,
      findMany: users.findMany,
      byEmails: users.findByEmails,
      createStudents: (people) =>
        users.insertMissing(
          people.map((person) => {
            const now = clock.now();
            return { ...person, id: newId(now), role: 'student', disabledAt: undefined, createdAt: now };
          }),
        ),
    },
    workAccess,
    credentialWatch,
    firstAdmin: () => ensureFirstAdmin({ users, clock }),
    async close() {
      credentialWatch.close();
      await authentication.close();
    },
  };
}
