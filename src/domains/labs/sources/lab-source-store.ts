import type { Database } from '../../../infra/database/database.ts';
import type { LabSource as SourceRow } from '../../../infra/database/generated/sqlite/client.ts';
import { noReason, readReason, reasonColumns } from '../../../infra/database/reason-columns.ts';
import { isUniqueViolation } from '../../../infra/database/database-errors.ts';
import type { Encryption } from '../../../core/encryption.ts';
import { isFault } from '../../../core/errors.ts';
import type { Reason } from '../../../core/errors.ts';
import { newId } from '../../../core/ids.ts';
import type { Lease, StoredLease } from '../../../infra/leases/lease.ts';
import { withoutSecret } from '../git/git-address.ts';
import type { LabProblem } from '../lab-problem.ts';
import { setPresent } from '../versions/version-store.ts';
import type { VersionKey } from '../lab.ts';
import type { LabSource } from './lab-source.ts';

/** The result of one check of a source: unchanged, a new commit, or a failure. */
export type SourceCheck =
  | { kind: 'unchanged' }
  | { kind: 'changed'; commit: string; labs: readonly VersionKey[]; problems: readonly LabProblem[] }
  | { kind: 'failed'; reason: Reason };

/** The part of a source that a check needs. */
export type FollowedSource = Pick<LabSource, 'ref' | 'folder' | 'commit' | 'everyMinutes'> & {
  /** Returns the address with its secret. @throws SECRET_UNREADABLE */
  address: () => string;
};

export type LabSourceStore = ReturnType<typeof createLabSourceStore>;

/** Stores the followed repositories. Their addresses are encrypted. */
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

  /** Returns the address without its secret, or '' after a change of the key: the source can still be removed. */
  function shownAddress(row: SourceRow): string {
    try {
      return withoutSecret(open(row));
    } catch (error) {
      if (isFault(error, 'SECRET_UNREADABLE')) return '';
      throw error;
    }
  }

  const open = ({ id, address }: Pick<SourceRow, 'id' | 'address'>) =>
    encryption.open(address, contextOf(id));

  return {
    /** Lists the sources, oldest first. */
    async list(): Promise<LabSource[]> {
      return (await client.labSource.findMany({ orderBy: { id: 'asc' } })).map(toSource);
    },

    async find(id: string): Promise<LabSource | undefined> {
      const row = await client.labSource.findUnique({ where: { id } });
      return row ? toSource(row) : undefined;
    },

    /** Adds a source. Returns undefined if the name is taken. */
    async add(
      source: Pick<LabSource, 'name' | 'address' | 'ref' | 'folder' | 'everyMinutes'>,
      at: Date,
    ): Promise<LabSource | undefined> {
      const id = newId(at);
      const address = encryption.seal(source.address, contextOf(id));
      try {
        const data = { ...source, id, address, ref: source.ref ?? null, dueAt: at, createdAt: at };
        return toSource(await client.labSource.create({ data }));
      } catch (error) {
        if (isUniqueViolation(error)) return undefined;
        throw error;
      }
    },

    /** Removes a source and the list of its labs. */
    async remove(id: string): Promise<boolean> {
      const [{ count }] = await client.$transaction([
        client.labSource.deleteMany({ where: { id } }),
        client.presentLab.deleteMany({ where: { source: id } }),
      ]);
      return count > 0;
    },

    /** Makes the source due, so it is checked next. */
    async makeDue(id: string, at: Date): Promise<void> {
      await client.labSource.updateMany({ where: { id }, data: { dueAt: at } });
    },

    /** Lists the due sources with their leases. */
    async due(now: Date): Promise<{ id: string; lease: StoredLease }[]> {
      const select = { id: true, heldBy: true, heldUntil: true };
      const where = { dueAt: { lte: now } };
      const rows = await client.labSource.findMany({ where, select, orderBy: { dueAt: 'asc' } });
      return rows.map(({ id, heldBy, heldUntil }) => ({
        id,
        lease: { owner: heldBy, expiresAt: heldUntil },
      }));
    },

    /** Leases the source, from its previous owner if any. Returns undefined if another process was faster. */
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
     * Stores the result of the owner's check, the labs, and the time of the next check, and releases the lease.
     * Returns false and stores nothing if the owner has lost the lease.
     */
    async finish(
      id: string,
      owner: string,
      check: SourceCheck,
      at: { now: Date; next: Date },
    ): Promise<boolean> {
      const released = { heldBy: null, heldUntil: null, checkedAt: at.now, dueAt: at.next };
      const data = { ...released, ...resultColumns(check, at.now) };
      return database.transaction(async (tx) => {
        const { count } = await tx.labSource.updateMany({ where: { id, heldBy: owner }, data });
        if (count === 0) return false;
        if (check.kind === 'changed') {
          const broken = new Set(check.problems.map(({ lab }) => lab));
          await setPresent(tx, { source: id, labs: check.labs, broken, since: at.now });
        }
        return true;
      });
    },
  };
}

function resultColumns(check: SourceCheck, now: Date) {
  if (check.kind === 'failed') return reasonColumns(check.reason);
  if (check.kind === 'unchanged') return noReason;
  return { ...noReason, changedAt: now, commit: check.commit, problems: JSON.stringify(check.problems) };
}

function stateOf({ heldBy, checkedAt, reasonCode }: SourceRow): LabSource['state'] {
  if (heldBy !== null) return 'checking';
  if (checkedAt === null) return 'waiting';
  return reasonCode === null ? 'followed' : 'failed';
}

/** Returns the context that binds an encrypted address to its source. */
function contextOf(id: string): string {
  return `the lab source ${id}`;
}
