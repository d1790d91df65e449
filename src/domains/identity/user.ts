import type { Page, PageRequest } from '../../core/paging.ts';
import type { Actor, Role, Scope } from './actor.ts';

export interface User {
  id: string;
  name: string;
  email: string | undefined;
  role: Role;
  disabledAt: Date | undefined;
  createdAt: Date;
}

/** A bearer token, without its secret. */
export interface ApiToken {
  id: string;
  userId: string;
  name: string;
  /** First characters of the secret, for telling tokens apart. */
  prefix: string;
  scopes: Scope[];
  createdAt: Date;
  expiresAt: Date | undefined;
  lastUsedAt: Date | undefined;
}

/** Use cases of users. Reading oneself needs no role; the rest is for admins, listing and reading also for instructors. */
export interface UserService {
  viewer(actor: Actor | undefined): Promise<User | undefined>;
  get(actor: Actor | undefined, id: string): Promise<User>;
  getMany(actor: Actor | undefined, ids: readonly string[]): Promise<(User | undefined)[]>;
  list(
    actor: Actor | undefined,
    filter: { role?: Role | undefined; search?: string | undefined },
    page: PageRequest,
  ): Promise<Page<User>>;
  /** @throws EMAIL_TAKEN, INPUT_INVALID */
  create(
    actor: Actor | undefined,
    input: { name: string; email?: string | undefined; role: Role },
  ): Promise<User>;
  /** @throws LAST_ADMIN, EMAIL_TAKEN, USER_NOT_FOUND */
  update(
    actor: Actor | undefined,
    id: string,
    change: {
      name?: string | undefined;
      email?: string | null | undefined;
      role?: Role | undefined;
      disabled?: boolean | undefined;
    },
  ): Promise<User>;
  /** Deletes the user with tokens, sessions' records, attempts and progress. Deleting what is gone succeeds: false then. @throws LAST_ADMIN */
  delete(actor: Actor | undefined, id: string): Promise<boolean>;
  /** A link secret that signs the user in once, valid for an hour. Admins for anyone, everyone for nobody else; not by a token that expires. */
  createSignInLink(actor: Actor | undefined, userId: string): Promise<{ secret: string; expiresAt: Date }>;
}

export interface TokenService {
  /**
   * The secret is in this answer and nowhere else. Scopes cannot exceed the actor's own, and a token
   * makes none that lasts longer than itself; a user who signed in with a browser makes lasting ones.
   * @throws INPUT_INVALID, FORBIDDEN, USER_NOT_FOUND
   */
  create(
    actor: Actor | undefined,
    input: {
      name: string;
      scopes: Scope[];
      expiresAt?: Date | undefined;
      userId?: string | undefined;
    },
  ): Promise<{ token: ApiToken; secret: string }>;
  list(actor: Actor | undefined, userId?: string): Promise<ApiToken[]>;
  /** Revoking what is gone succeeds: false then. */
  revoke(actor: Actor | undefined, id: string): Promise<boolean>;
}

/** Who is asking: credentials to Actor. */
export interface AuthenticationService {
  /** @throws UNAUTHENTICATED for a wrong or revoked token or a disabled user, TOKEN_EXPIRED */
  byToken(secret: string): Promise<Actor>;
  /** The actor of a browser's cookie; undefined when it is unknown or has expired. */
  byWebSession(secret: string): Promise<Actor | undefined>;
  /** Uses up a sign-in link and starts a web session. @throws SIGN_IN_LINK_INVALID */
  signIn(linkSecret: string): Promise<{ user: User; secret: string; expiresAt: Date }>;
  signOut(webSessionSecret: string): Promise<void>;
  /** The user as they are now, for services that act on after they were asked; undefined when disabled or gone. */
  actorOf(userId: string): Promise<Actor | undefined>;
  /** Whom a credential stands for now, by its hash, see {@link Actor.credential}; undefined when it is revoked, signed out of or expired, or its user disabled. Never from memory. */
  byCredential(hash: string): Promise<Actor | undefined>;
  /** At start: makes the first admin if there is none, takes BERTH_ADMIN_TOKEN in if given; a link secret when nobody has ever signed in. */
  bootstrap(input: { adminToken?: string | undefined }): Promise<{ linkSecret: string | undefined }>;
}
