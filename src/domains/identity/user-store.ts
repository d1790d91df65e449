import type { Database, Transaction } from '../../infra/database/database.ts';
import type { User as UserRow } from '../../infra/database/generated/sqlite/client.ts';
import { isUniqueViolation } from '../../infra/database/database-errors.ts';
import { fault } from '../../core/errors.ts';
import { batches } from '../../core/paging.ts';
import type { Role } from './actor.ts';
import type { AccessLimits } from './work-access-limits.ts';
import { accessiblePeople } from './work-access-limits.ts';
import type { User } from './user.ts';

interface UserChange {
  name?: string | undefined;
  email?: string | null | undefined;
  role?: Role | undefined;
  disabledAt?: Date | null | undefined;
}

interface UserFilter {
  role?: Role | undefined;
  /** Part of the name or the e-mail address, case-insensitive. */
  search?: string | undefined;
  /** Whose users are included; undefined: all. */
  limits?: AccessLimits | undefined;
}

export type UserStore = ReturnType<typeof createUserStore>;

export function createUserStore({ database }: { database: Database }) {
  const { client } = database;
  // SQLite's LIKE is case-insensitive by default; PostgreSQL needs the mode.
  const anyCase = database.provider === 'postgresql' && { mode: 'insensitive' };

  return {
    async find(id: string): Promise<User | undefined> {
      const row = await client.user.findUnique({ where: { id } });
      return row ? toUser(row) : undefined;
    },

    /** Returns the existing users of `ids`, in no particular order. */
    async findMany(ids: readonly string[]): Promise<User[]> {
      return (await client.user.findMany({ where: { id: { in: [...ids] } } })).map(toUser);
    },

    /** Returns a page of users by id, which means oldest first. */
    async list(filter: UserFilter, window: { take: number; after: string | undefined }): Promise<User[]> {
      const contains = filter.search && { contains: filter.search, ...anyCase };
      const rows = await client.user.findMany({
        where: {
          ...(filter.role && { role: filter.role }),
          AND: [
            accessiblePeople(filter.limits),
            contains ? { OR: [{ name: contains }, { email: contains }] } : {},
          ],
          ...(window.after && { id: { gt: window.after } }),
        },
        orderBy: { id: 'asc' },
        take: window.take,
      });
      return rows.map(toUser);
    },

    /** Returns the users with these e-mail addresses, in no particular order. */
    async findByEmails(emails: readonly string[]): Promise<User[]> {
      const found: User[] = [];
      for (const batch of batches(emails)) {
        const rows = await client.user.findMany({ where: { email: { in: batch } } });
        found.push(...rows.map(toUser));
      }
      return found;
    },

    /** Inserts users, except those whose address a user already has. */
    async insertMissing(users: readonly (User & { email: string })[]): Promise<void> {
      for (const batch of batches(users)) {
        const insert = () =>
          database.transaction(async (tx) => {
            const emails = batch.map(({ email }) => email);
            const rows = await tx.user.findMany({
              where: { email: { in: emails } },
              select: { email: true },
            });
            const taken = new Set(rows.map(({ email }) => email));
            const data = batch.filter(({ email }) => !taken.has(email));
            await tx.user.createMany({ data: data.map((user) => ({ ...user, disabledAt: null })) });
          });
        // The second try sees the users that somebody else has just created.
        await insert().catch((error: unknown) => {
          if (!isUniqueViolation(error, 'email')) throw error;
          return insert();
        });
      }
    },

    /** @throws EMAIL_TAKEN */
    async insert(user: User): Promise<void> {
      await client.user
        .create({ data: { ...user, email: user.email ?? null, disabledAt: user.disabledAt ?? null } })
        .catch(emailTaken(user.email));
    },

    /**
     * Changes a user. Disabling also deletes the user's web sessions and links.
     * @throws USER_NOT_FOUND, LAST_ADMIN, EMAIL_TAKEN
     */
    async update(id: string, change: UserChange): Promise<User> {
      return await database
        .transaction(async (tx) => {
          const row = await tx.user.findUnique({ where: { id } });
          if (!row) throw fault('USER_NOT_FOUND');
          const next = { ...row, ...withoutAbsent(change) };
          if (isActiveAdmin(row) && !isActiveAdmin(next)) await requireAnotherAdmin(tx, id);
          if (next.disabledAt) {
            await tx.webSession.deleteMany({ where: { userId: id } });
            await tx.signInLink.deleteMany({ where: { userId: id } });
          }
          return toUser(await tx.user.update({ where: { id }, data: next }));
        })
        .catch(emailTaken(change.email));
    },

    /**
     * Deletes a user and everything that belongs to them. Returns false if the user does not exist.
     * @throws LAST_ADMIN
     */
    async delete(id: string): Promise<boolean> {
      return await database.transaction(async (tx) => {
        const row = await tx.user.findUnique({ where: { id } });
        if (!row) return false;
        if (isActiveAdmin(row)) await requireAnotherAdmin(tx, id);
        await tx.user.delete({ where: { id } });
        return true;
      });
    },

    /** Returns the oldest admin who is not disabled. */
    async oldestAdmin(): Promise<User | undefined> {
      const row = await client.user.findFirst({ where: activeAdmin, orderBy: { id: 'asc' } });
      return row ? toUser(row) : undefined;
    },

    /**
     * Creates `user` as an admin, or makes the user with this id an active admin. Simultaneous calls give the same
     * result.
     */
    async upsertAdmin(user: User): Promise<User> {
      const row = await client.user.upsert({
        where: { id: user.id },
        create: { id: user.id, name: user.name, role: 'admin', createdAt: user.createdAt },
        update: { role: 'admin', disabledAt: null },
      });
      return toUser(row);
    },
  };
}

const activeAdmin = { role: 'admin', disabledAt: null } as const;

function isActiveAdmin(user: Pick<UserRow, 'role' | 'disabledAt'>): boolean {
  return user.role === 'admin' && user.disabledAt === null;
}

async function requireAnotherAdmin(tx: Transaction, id: string): Promise<void> {
  const others = await tx.user.count({ where: { ...activeAdmin, id: { not: id } } });
  if (others === 0) throw fault('LAST_ADMIN');
}

function emailTaken(email: string | null | undefined) {
  return (error: unknown): never => {
    throw isUniqueViolation(error, 'email') ? fault('EMAIL_TAKEN', { email: email ?? '' }, error) : error;
  };
}

function withoutAbsent<T extends object>(change: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

export function toUser(row: UserRow): User {
  return { ...row, email: row.email ?? undefined, disabledAt: row.disabledAt ?? undefined };
}
