import type { Database } from '../../../infra/database/database.ts';
import type { Entry } from '../capacity/admission.ts';
import type { Claim, HoldingRow } from '../provisioning/claim-store.ts';
import { nextState } from '../session-states.ts';
import { handleOf, withHandle } from '../session-store.ts';
import type { SessionRow } from '../session-store.ts';
import type { WarmEnvironment } from './warm-environment.ts';

/** Undoes a transaction whose session somebody else has changed. */
const CHANGED = new Error('The session has changed meanwhile.');

export type WarmClaimStore = ReturnType<typeof createWarmClaimStore>;

/** Lets sessions take prewarmed environments. */
export function createWarmClaimStore({ database }: { database: Database }) {
  return {
    /**
     * Claims the session, and makes the ready environment its own: both or neither. `gone` when another
     * session has that one, `refused` when `entry` does not let this one in, or it is not as `row` has
     * it any more. The session's machines have the handles of those that are there from then on.
     */
    async take(
      row: SessionRow,
      { id: environmentId, machines }: Pick<WarmEnvironment, 'id' | 'machines'>,
      claim: Claim,
      entry: Entry,
    ): Promise<HoldingRow | 'gone' | 'refused'> {
      const state = nextState(row.state, 'claim');
      if (state === undefined) return 'refused';
      try {
        return await database.inTurn('admission', async (tx) => {
          if (!(await entry.mayTake(tx))) return 'refused';
          const unchanged = { id: row.id, generation: row.generation, state: row.state };
          const taken = await tx.warmEnvironment.deleteMany({ where: { id: environmentId, state: 'ready' } });
          if (taken.count === 0) return (await tx.session.count({ where: unchanged })) ? 'gone' : 'refused';
          const [session] = await tx.session.updateManyAndReturn({
            where: unchanged,
            data: {
              state,
              generation: row.generation + 1,
              environmentId,
              ...entry.columns,
              claimedBy: claim.owner,
              claimedUntil: claim.until,
              phase: 'starting',
              percent: null,
            },
          });
          if (!session) throw CHANGED;
          for (const machine of machines) {
            const where = { sessionId: row.id, name: machine.name };
            await tx.machine.updateMany({ where, data: handleOf(machine) });
          }
          return {
            ...session,
            environmentId,
            machines: row.machines.map((machine) => withHandle(machine, machines)),
          };
        });
      } catch (error) {
        if (error === CHANGED) return 'refused';
        throw error;
      }
    },
  };
}
