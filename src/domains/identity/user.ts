import type { Page, PageRequest } from '../../core/paging.ts';
import { fault } from '../../core/errors.ts';
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
  /** First characters of the secret, to distinguish tokens. */
  prefix: string;
  scopes: Scope[];
  createdAt: Date;
  expiresAt: Date | undefined;
  lastUsedAt: Date | undefined;
}

/**
 * Use cases of users. Users can read themselves. Instructors can also list and read others; everything else is for
 * admins.
 */
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
  /**
   * Deletes the user with their tokens, session records, attempts and progress. Returns false if the user does not
   * exist.
   * @throws LAST_ADMIN
   */
  delete(actor: Actor | undefined, id: string): Promise<boolean>;
  /**
   * Creates the secret of a link that signs the user in once within an hour. Admins can do this for all users, others
   * only for themselves. Expiring tokens cannot.
   */
  createSignInLink(actor: Actor | undefined, userId: string): Promise<{ secret: string; expiresAt: Date }>;
}

/** Users for other domains, which authorise themselves before they call this. */
export interface People {
  find(id: string): Promise<User | undefined>;
  /** Returns the existing users of `ids`, in no particular order. */
  findMany(ids: readonly string[]): Promise<User[]>;
  /** Returns the users with these e-mail addresses, in no particular order. */
  byEmails(emails: readonly string[]): Promise<User[]>;
  /** Creates students, except those whose address a user already has. Names and addresses are in their stored form. */
  createStudents(people: readonly { name: string; email: string }[]): Promise<void>;
}

export interface TokenService {
  /**
   * Creates a token. Only this response contains its secret. The token cannot have more scopes than the actor, nor
   * outlive the actor's token; a user who signed in with a browser can create a lasting one.
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
  /** Revokes a token immediately. Returns false if it does not exist. */
  revoke(actor: Actor | undefined, id: string): Promise<boolean>;
}

/** Authenticates credentials. */
export interface AuthenticationService {
  /** @throws UNAUTHENTICATED for a wrong or revoked token or a disabled user, TOKEN_EXPIRED */
  byToken(secret: string): Promise<Actor>;
  /** Returns the actor of a browser's cookie; undefined if it is unknown or expired. */
  byWebSession(secret: string): Promise<Actor | undefined>;
  /**
   * Redeems a sign-in link and starts a web session.
   * @throws SIGN_IN_LINK_INVALID
   */
  signIn(linkSecret: string): Promise<{ user: User; secret: string; expiresAt: Date }>;
  signOut(webSessionSecret: string): Promise<void>;
  /** Returns the user's current state, for work that continues after a request; undefined if disabled or deleted. */
  actorOf(userId: string): Promise<Actor | undefined>;
  /**
   * Reads the current actor of a credential by its hash, see {@link Actor.credential}, never from the cache. Returns
   * undefined if it is revoked, signed out or expired, or its user is disabled.
   */
  byCredential(hash: string): Promise<Actor | undefined>;
  /**
   * Prepares authentication at start: creates the first admin if none exists, and stores BERTH_ADMIN_TOKEN. Returns a
   * link secret if no admin has ever signed in.
   */
  bootstrap(input: { adminToken?: string | undefined }): Promise<{ linkSecret: string | undefined }>;
}

/** Longest name, in characters: it fits on a line of any list. */
const NAME_LIMIT = 100;
/** Longest valid e-mail address, in characters. */
const EMAIL_LIMIT = 254;

/**
 * Returns a name in its stored form: trimmed, one line.
 * @throws INPUT_INVALID
 */
export function readName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > NAME_LIMIT || /\p{Cc}/u.test(trimmed)) {
    throw fault('INPUT_INVALID', { problem: `A name has 1 to ${NAME_LIMIT} characters on one line.` });
  }
  return trimmed;
}

/**
 * Returns an e-mail address in its stored form: trimmed and in lower case, so that one person has one account.
 * @throws INPUT_INVALID
 */
export function readEmail(email: string): string {
  const trimmed = email.trim().toLowerCase();
  if (trimmed.length > EMAIL_LIMIT || !/^[^\s@]+@[^\s@]+$/.test(trimmed)) {
    throw fault('INPUT_INVALID', { problem: `"${trimmed.slice(0, EMAIL_LIMIT)}" is not an e-mail address.` });
  }
  return trimmed;
}
