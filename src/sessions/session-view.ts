import type { FaultCode } from '../errors.ts';
import { parseAddresses } from './machine-addresses.ts';
import type { SessionRow } from './session-store.ts';
import type { Session } from './session.ts';

type Phase = NonNullable<Session['progress']>['phase'];

/** The session as services give it out. Pure. */
export function viewSession(row: SessionRow): Session {
  return {
    id: row.id,
    learnerId: row.learnerId,
    labSlug: row.labSlug,
    labVersion: row.labVersion,
    state: row.state,
    generation: row.generation,
    progress: viewProgress(row),
    saving:
      row.state === 'saving' ? { machine: row.phase ?? undefined, percent: row.percent ?? 0 } : undefined,
    saveProblem: viewReason(row.saveProblemCode, row.saveProblemMessage),
    savedStateId: row.savedStateId ?? undefined,
    forkOfId: row.forkOfId ?? undefined,
    reason: viewReason(row.reasonCode, row.reasonMessage),
    machines: row.machines.map(({ name, image, addresses }) => ({
      name,
      image,
      addresses: hasAddresses(row) ? parseAddresses(addresses) : [],
    })),
    createdAt: row.createdAt,
    readyAt: row.readyAt ?? undefined,
    expiresAt: row.expiresAt,
    warnedAt: row.warnedAt ?? undefined,
    endedAt: row.endedAt ?? undefined,
  };
}

function viewReason(code: string | null, message: string | null): Session['reason'] {
  return code === null ? undefined : { code: code as FaultCode, message: message ?? '' };
}

function viewProgress({ state, phase, percent }: SessionRow): Session['progress'] {
  if (state === 'requested' || state === 'queued') return { phase: 'queued', percent: undefined };
  if (state !== 'provisioning') return undefined;
  return { phase: (phase ?? 'creating') as Phase, percent: percent ?? undefined };
}

const hasAddresses = ({ state }: SessionRow) => state === 'ready';
