import { defineCommand } from 'citty';
import { fault, isFault } from '../core/errors.ts';
import { allScopes, system } from '../domains/identity/actor.ts';
import type { Scope } from '../domains/identity/actor.ts';
import { createIdentity } from '../domains/identity/create-identity.ts';
import type { Identity } from '../domains/identity/create-identity.ts';
import type { ApiToken, User } from '../domains/identity/user.ts';
import { localUrl } from '../core/service-url.ts';
import { PAGE_LIMIT } from '../core/paging.ts';
import { systemClock } from '../core/clock.ts';
import type { Config } from '../config/config.ts';
import { connectEvents } from '../infra/bus/redis-bus.ts';
import type { Log } from '../core/log.ts';
import { DAY_MS } from '../core/units.ts';
import { withDatabase } from './database.ts';

const user = {
  type: 'string',
  description: 'Id or e-mail address of the user; the first admin by default.',
} as const;

const createCommand = defineCommand({
  meta: { name: 'create', description: 'Create an API token and print it. It is not shown again.' },
  args: {
    name: { type: 'positional', required: true, description: 'Name that says what the token is for.' },
    user,
    scopes: {
      type: 'string',
      default: allScopes.join(','),
      description: 'Scopes of the token, separated by commas.',
    },
    days: { type: 'string', description: 'Days until it expires; never by default.' },
  },
  run: ({ args }) =>
    withIdentity(async (identity) => {
      const { id } = await findUser(identity, args.user);
      const { token, secret } = await identity.tokens.create(system, {
        name: args.name,
        scopes: args.scopes.split(',').map((scope) => scope.trim() as Scope),
        expiresAt: expiryIn(args.days),
        userId: id,
      });
      // Standard output has only the secret, for scripts.
      process.stderr.write(`${describe(token)}\n`);
      process.stdout.write(`${secret}\n`);
    }),
});

const listCommand = defineCommand({
  meta: { name: 'list', description: "List a user's API tokens." },
  args: { user },
  run: ({ args }) =>
    withIdentity(async (identity) => {
      const { id } = await findUser(identity, args.user);
      for (const token of await identity.tokens.list(system, id)) {
        process.stdout.write(`${describe(token)}\n`);
      }
    }),
});

const revokeCommand = defineCommand({
  meta: { name: 'revoke', description: 'Revoke an API token.' },
  args: {
    id: { type: 'positional', required: true, description: 'Id of the token, as in "berth token list".' },
  },
  run: ({ args }) =>
    withIdentity(async ({ tokens }) => {
      const revoked = await tokens.revoke(system, args.id);
      process.stdout.write(revoked ? 'revoked\n' : 'There is no such token. It may have been revoked.\n');
    }),
});

const linkCommand = defineCommand({
  meta: { name: 'link', description: 'Print a link that signs in a user once, within an hour.' },
  args: { user },
  run: ({ args }) =>
    withIdentity(async (identity) => {
      const { id } = await findUser(identity, args.user);
      const { secret } = await identity.users.createSignInLink(system, id);
      const { publicUrl, host, port } = identity.config;
      process.stdout.write(`${publicUrl ?? localUrl(host, port)}/sign-in/${secret}\n`);
    }),
});

/** `berth token …`: for administrators of the host; it needs no credentials. */
export const tokenCommand = defineCommand({
  meta: { name: 'token', description: 'Create, list and revoke API tokens, and create sign-in links.' },
  subCommands: { create: createCommand, list: listCommand, revoke: revokeCommand, link: linkCommand },
});

/** @throws USER_NOT_FOUND */
async function findUser({ users, firstAdmin }: CliIdentity, given: string | undefined): Promise<User> {
  if (given === undefined) return await firstAdmin();
  try {
    return await users.get(system, given);
  } catch (error) {
    if (!isFault(error, 'USER_NOT_FOUND')) throw error;
    const email = given.trim().toLowerCase();
    const { items } = await users.list(system, { search: email }, { first: PAGE_LIMIT });
    const found = items.find(({ node }) => node.email === email);
    if (!found) throw error;
    return found.node;
  }
}

/** @throws INPUT_INVALID */
function expiryIn(days: string | undefined): Date | undefined {
  if (days === undefined) return undefined;
  const number = Number(days);
  if (!(number > 0 && number < 100_000)) {
    throw fault('INPUT_INVALID', { problem: `"${days}" is not a number of days.` });
  }
  return new Date(Date.now() + number * DAY_MS);
}

function describe(token: ApiToken): string {
  return [
    token.id,
    token.name,
    token.prefix && `${token.prefix}…`,
    token.scopes.join(','),
    `expires ${day(token.expiresAt)}`,
    `used ${day(token.lastUsedAt)}`,
  ]
    .filter(Boolean)
    .join('  ');
}

function day(date: Date | undefined): string {
  return date?.toISOString().slice(0, 10) ?? 'never';
}

/** Dependencies of commands on users and tokens. */
interface CliIdentity extends Pick<Identity, 'users' | 'tokens' | 'firstAdmin'> {
  config: Config;
}

/**
 * Runs `work` on the database of the settings, even while a service runs. With Redis, that service is notified of
 * changes immediately; without it, it notices them within ten seconds. Prints a fault as one line.
 */
async function withIdentity(work: (identity: CliIdentity) => Promise<void>): Promise<void> {
  await withDatabase(async ({ config, database }) => {
    const events = await connectEvents(config, { log: warnings });
    const identity = createIdentity({ database, events, clock: systemClock, log: warnings });
    try {
      await work({ config, ...identity });
    } finally {
      await identity.close();
      await events.close();
    }
  });
}

function warn(_details: object, message: string): void {
  process.stderr.write(`${message}\n`);
}

/** Prints only warnings and errors to the terminal. */
const warnings: Log = { info: () => {}, warn, error: warn };
