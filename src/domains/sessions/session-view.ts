import { readReason } from '../../infra/database/reason-columns.ts';
import { deadlineOf } from './lifetime-rules.ts';
import { parseAddresses } from './session.ts';
import type { SessionRow } from './session-store.ts';
import type { Session } from './session.ts';

type Phase = NonNullable<Session['progress']>['phase'];

/** Returns the session as services report it. Pure. */
export function viewSession(row: SessionRow): Session {
  return {
    id: row.id,
    learnerId: row.learnerId,
    labSlug: row.labSlug,
    labVersion: row.labVersion,
    assignmentId: row.assignmentId ?? undefined,
    courseId: row.courseId ?? undefined,
    run: row.run,
    deadline: deadlineOf(row),
    state: row.state,
    generation: row.generation,
    progress: viewProgress(row),
    saving:
      row.state === 'saving' ? { machine: row.phase ?? undefined, percent: row.percent ?? 0 } : undefined,
    saveProblem: viewSaveProblem(row),
    savedStateId: row.savedStateId ?? undefined,
    forkOfId: row.forkOfId ?? undefined,
    reason: readReason(row),
    machines: row.machines.map(({ name, image, addresses, diskPercent }) => ({
      name,
      image,
      addresses: isReady(row) ? parseAddresses(addresses) : [],
      diskPercent: (isReady(row) ? diskPercent : null) ?? undefined,
    })),
    createdAt: row.createdAt,
    readyAt: row.readyAt ?? undefined,
    expiresAt: row.expiresAt,
    warnedAt: row.warnedAt ?? undefined,
    endedAt: row.endedAt ?? undefined,
  };
}

function viewSaveProblem(row: SessionRow): Session['saveProblem'] {
  const { saveProblemCode, saveProblemMessage, saveProblemDetails } = row;
  return readReason({
    reasonCode: saveProblemCode,
    reasonMessage: saveProblemMessage,
    reasonDetails: saveProblemDetails,
  });
}

function viewProgress({ state, phase, percent }: SessionRow): Session['progress'] {
  if (state === 'requested' || state === 'queued') return { phase: 'queued', percent: undefined };
  if (state !== 'provisioning') return undefined;
  return { phase: (phase ?? 'creating') as Phase, percent: percent ?? undefined };
}

const isReady = ({ state }: SessionRow) => state === 'ready';
