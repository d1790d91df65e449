import type { Database } from '../../infra/database/database.ts';
import { whenGone } from '../../infra/database/database-errors.ts';
import type { PreviewTarget } from './preview.ts';

/** Maximum number of passes per session: the oldest are removed. */
const PASSES_PER_SESSION = 500;

/** A pass that a browser presents. */
interface StoredPass extends PreviewTarget {
  openedById: string;
  openedWith: string;
  expiresAt: Date;
}

export type PreviewStore = ReturnType<typeof createPreviewStore>;

/** Stores which browser may use which port: hashes of grants, and of the passes that replaced them. */
export function createPreviewStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /**
     * Inserts a pass that its grant activates, and removes the session's expired ones.
     * @throws SESSION_NOT_FOUND
     */
    async insert(pass: NewPass): Promise<void> {
      const {
        id,
        sessionId,
        machine,
        port,
        openedById,
        openedWith,
        grantHash,
        grantExpiresAt,
        expiresAt,
        now,
      } = pass;
      await client.previewPass.deleteMany({
        where: {
          sessionId,
          OR: [{ expiresAt: { lte: now } }, { passHash: null, grantExpiresAt: { lte: now } }],
        },
      });
      const over = await client.previewPass.findMany({
        where: { sessionId },
        select: { id: true },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        skip: PASSES_PER_SESSION - 1,
      });
      await client.previewPass.deleteMany({ where: { id: { in: over.map((old) => old.id) } } });
      const insert = client.previewPass.create({
        data: {
          id,
          sessionId,
          machineName: machine,
          port,
          openedById,
          openedWith,
          grantHash,
          grantExpiresAt,
          expiresAt,
          createdAt: now,
        },
      });
      await insert.catch(whenGone('SESSION_NOT_FOUND'));
    },

    /** Activates the pass of an unused grant for exactly this port; undefined if none exists. */
    async redeem(
      target: PreviewTarget,
      { grantHash, passHash, now }: { grantHash: string; passHash: string; now: Date },
    ): Promise<{ expiresAt: Date; openedById: string } | undefined> {
      const { sessionId, machine, port } = target;
      const { count } = await client.previewPass.updateMany({
        where: { sessionId, machineName: machine, port, grantHash, grantExpiresAt: { gt: now } },
        data: { grantHash: null, passHash },
      });
      if (count === 0) return undefined;
      const row = await client.previewPass.findUnique({ where: { passHash } });
      return row ? { expiresAt: row.expiresAt, openedById: row.openedById } : undefined;
    },

    /** Returns the first of these passes that is valid for this port. */
    async find(
      target: PreviewTarget,
      passHashes: readonly string[],
      now: Date,
    ): Promise<StoredPass | undefined> {
      const { sessionId, machine, port } = target;
      const row = await client.previewPass.findFirst({
        where: {
          sessionId,
          machineName: machine,
          port,
          passHash: { in: [...passHashes] },
          expiresAt: { gt: now },
        },
      });
      if (!row) return undefined;
      const { openedById, openedWith, expiresAt } = row;
      return { ...target, openedById, openedWith, expiresAt };
    },
  };
}

interface NewPass extends PreviewTarget {
  id: string;
  openedById: string;
  openedWith: string;
  grantHash: string;
  grantExpiresAt: Date;
  expiresAt: Date;
  now: Date;
}
