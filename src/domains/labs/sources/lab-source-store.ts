import type { Database } from '../../../infra/database/database.ts';
import type { LabSource as SourceRow } from '../../../infra/database/generated/sqlite/client.ts';
import { noReason, readReason, reasonColumns } from '../../../infra/database/reason-columns.ts';
import { isUniqueViolation } from '../../../infra/database/unique-violation.ts';
import type { Encryption } from '../../../core/encryption.ts';
import { isFault } from '../../../core/errors.ts';
import type { Reason } from '../../../core/errors.ts';
import { newId } from '../../../core/ids.ts';
import type { Lease } from '../../../infra/leases/lease.ts';
import { withoutSecret } from '../git/git-address.ts';
import type { LabProblem } from '../lab-problem.ts';
import { setPresent } from '../versions/version-store.ts';
import type { VersionKey } from '../versions/version-key.ts';
import type { LabSource } from './lab-source.ts';

/** What one look brought: nothing new, another commit, or a failure. */
export type Look =
  | { kind: 'unchanged' }
  | { kind: 'changed'; commit: string; labs: readonly VersionKey[]; problems: readonly LabProblem[] }
  | { kind: 'failed'; reason: Reason };

/** A source as who looks at it needs it. */
export type FollowedSource = Pick<LabSource, 'ref' | 'folder' | 'commit' | 'everyMinutes'> & {
  /** With what is secret in it. @throws SECRET_UNREADABLE */
  address: () => string;
};

export type LabSourceStore = ReturnType<typeof createLabSourceStore>;

/** Keeps which repositories are followed. Their addresses are encrypted. */
export function createLabSourceStore({
  database,
  encryption,
}: {
  database: Database;
  encryption: Encryption;
}) {
  const { client } = database;

  function toSource(row: SourceRow): LabSource {
    const { ref, commit, checkedAt, changedAt } = row;
    return {
      id: row.id,
      name: row.name,
      folder: row.folder,
      everyMinutes: row.everyMinutes,
      address: shownAddress(row),
      ref: ref ?? undefined,
      state: stateOf(row),
      commit: commit ?? undefined,
      checkedAt: checkedAt ?? undefined,
      changedAt: changedAt ?? undefined,
      reason: readReason(row),
      problems: (JSON.parse(row.problems) as LabProblem[]).map((each) => ({ ...each, source: row.name })),
      createdAt: row.createdAt,
    };
  }

  /** With another key than it was written with, an address cannot be shown: its source can be removed still. */
  function shownAddress(row: SourceRow): string {
    try {
      return withoutSecret(open(row));
    } catch (error) {
      if (isFault(error, 'SECRET_UNREADABLE')) return '';
      throw error;
    }
  }

  const open = ({ id, address }: Pick<SourceRow, 'id' | 'address'>) => encryption.open(address, secretOf(id));

  return {
    /** Those followed for longest first. */
    async list(): Promise<LabSource[]> {
      return (await client.labSource.findMany({ orderBy: { id: 'asc' } })).map(toSource);
    },

    async find(id: string): Promise<LabSource | undefined> {
      const row = await client.labSource.findUnique({ where: { id } });
      return row ? toSource(row) : undefined;
    },

    /** Undefined when there is one of that name. */
    async add(
      source: Pick<LabSource, 'name' | 'address' | 'ref' | 'folder' | 'everyMinutes'>,
      at: Date,
    ): Promise<LabSource | undefined> {
      const id = newId(at);
      const address = encryption.seal(source.address, secretOf(id));
      try {
        const data = { ...source, id, address, ref: source.ref ?? null, dueAt: at, createdAt: at };
        return toSource(await client.labSource.create({ data }));
      } catch (error) {
        if (isUniqueViolation(error)) return undefined;
        throw error;
      }
    },

    /** Forgets it, and which labs it has. */
    async remove(id: string): Promise<boolean> {
      const [{ count }] = await client.$transaction([
        client.labSource.deleteMany({ where: { id } }),
        client.presentLab.deleteMany({ where: { source: id } }),
      ]);
      return count > 0;
    },

    /** Has it looked at next. */
    async makeDue(id: string, at: Date): Promise<void> {
      await client.labSource.updateMany({ where: { id }, data: { dueAt: at } });
    },

    /** Those whose time has come, and who is believed to look at each. */
    async due(now: Date): Promise<{ id: string; heldBy: string | null; heldUntil: Date | null }[]> {
      const select = { id: true, heldBy: true, heldUntil: true };
      return client.labSource.findMany({ where: { dueAt: { lte: now } }, select, orderBy: { dueAt: 'asc' } });
    },

    /** Takes the look for one process, from who had it before; undefined when another was faster. */
    async take(
      { id, heldBy }: { id: string; heldBy: string | null },
      { owner, expiresAt }: Lease,
    ): Promise<FollowedSource | undefined> {
      const [row] = await client.labSource.updateManyAndReturn({
        where: { id, heldBy },
        data: { heldBy: owner, heldUntil: expiresAt },
      });
      if (!row) return undefined;
      const { ref, folder, commit, everyMinutes } = row;
      const known = { ref: ref ?? undefined, folder, commit: commit ?? undefined, everyMinutes };
      return { ...known, address: () => open(row) };
    },

    async renew(id: string, { owner, expiresAt }: Lease): Promise<boolean> {
      const data = { heldUntil: expiresAt };
      return (await client.labSource.updateMany({ where: { id, heldBy: owner }, data })).count > 0;
    },

    /**
     * Notes what the look of `owner` brought, with what its labs are then, and when the next one is; false,
     * and nothing is noted, when it is not the owner's any more.
     */
    async finish(id: string, owner: string, look: Look, at: { now: Date; next: Date }): Promise<boolean> {
      const over = { heldBy: null, heldUntil: null, checkedAt: at.now, dueAt: at.next };
      const data = { ...over, ...broughtBy(look, at.now) };
      return database.transaction(async (tx) => {
        const { count } = await tx.labSource.updateMany({ where: { id, heldBy: owner }, data });
        if (count === 0) return false;
        if (look.kind === 'changed') {
          const broken = new Set(look.problems.map(({ lab }) => lab));
          await setPresent(tx, { source: id, labs: look.labs, broken, since: at.now });
        }
        return true;
      });
    },
  };
}

function broughtBy(look: Look, now: Date) {
  if (look.kind === 'failed') return reasonColumns(look.reason);
  if (look.kind === 'unchanged') return noReason;
  return { ...noReason, changedAt: now, commit: look.commit, problems: JSON.stringify(look.problems) };
}

function stateOf({ heldBy, checkedAt, reasonCode }: SourceRow): LabSource['state'] {
  if (heldBy !== null) return 'checking';
  if (checkedAt === null) return 'waiting';
  return reasonCode === null ? 'followed' : 'failed';
}

/** What an address is bound to. */
function secretOf(id: string): string {
  return `the lab source ${id}`;
}
