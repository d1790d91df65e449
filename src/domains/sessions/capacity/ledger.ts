/** Why a session waits: the resource that is used up, or `earlier_starts` if only earlier sessions are provisioned first. */
export type QueueReason = 'earlier_starts' | 'memory' | 'disk' | 'session_limit' | 'networks' | 'quota';

/** Limits of all sessions together; Infinity means unlimited. */
export interface Limits {
  memoryBytes: number;
  sessions: number;
  networks: number;
  /** Whether the engine's disk has less free space than its reserve. */
  diskLow: boolean;
}

/** The limits of a subject, such as `collection:docker-basics`. */
export interface QuotaLimit {
  subject: string;
  sessions: number | undefined;
  memoryBytes: number | undefined;
}

/** The share of the engine's capacity that a session's environment uses, or will use. */
export interface Share {
  learnerId: string;
  labSlug: string;
  labVersion: string;
  collection: string | undefined;
  /** The course whose assignment it is for; undefined in self-study. */
  courseId?: string | undefined;
  memoryBytes: number;
  networks: number;
  /** False if no prewarmed environment is suitable, as for a session that resumes. */
  isPrewarmable?: false;
}

/** What a prewarmed environment uses; it belongs to no session yet. */
export type WarmShare = Pick<Share, 'labSlug' | 'labVersion' | 'memoryBytes' | 'networks'> & {
  ready: boolean;
};

export type Ledger = ReturnType<typeof createLedger>;

/** Returns the subjects whose quotas a session counts against. */
export const subjectsOf = ({
  learnerId,
  labSlug,
  collection,
  courseId,
}: Omit<Share, 'memoryBytes' | 'networks'>) => [
  `learner:${learnerId}`,
  `lab:${labSlug}`,
  ...(collection === undefined ? [] : [`collection:${collection}`]),
  ...(courseId === undefined ? [] : [`course:${courseId}`]),
];

/**
 * Adds up what is used and compares it with the limits. A learner's own limit of sessions is checked at the start, not
 * in the queue.
 */
export function createLedger(options: {
  limits: Limits;
  quotas: readonly QuotaLimit[];
  holding: readonly Share[];
  warm: readonly WarmShare[];
}) {
  const { limits } = options;
  const quotas = new Map(options.quotas.map((quota) => [quota.subject, quota]));
  const used = { memoryBytes: 0, sessions: 0, networks: 0 };
  const bySubject = new Map<string, { sessions: number; memoryBytes: number }>();
  const ready = new Map<string, number>();

  function addSession(share: Share, sign: 1 | -1): void {
    used.sessions += sign;
    for (const subject of subjectsOf(share)) {
      const sum = bySubject.get(subject) ?? { sessions: 0, memoryBytes: 0 };
      sum.sessions += sign;
      sum.memoryBytes += sign * share.memoryBytes;
      bySubject.set(subject, sum);
    }
  }

  function addResources(share: Pick<Share, 'memoryBytes' | 'networks'>, sign: 1 | -1): void {
    used.memoryBytes += sign * share.memoryBytes;
    used.networks += sign * share.networks;
  }

  function isOverQuota(share: Share): boolean {
    return subjectsOf(share).some((subject) => {
      const quota = quotas.get(subject);
      const sum = bySubject.get(subject) ?? { sessions: 0, memoryBytes: 0 };
      const sessions = subject.startsWith('learner:') ? undefined : quota?.sessions;
      return (
        sum.sessions + 1 > (sessions ?? Infinity) ||
        sum.memoryBytes + share.memoryBytes > (quota?.memoryBytes ?? Infinity)
      );
    });
  }

  for (const share of options.holding) {
    addSession(share, 1);
    addResources(share, 1);
  }
  for (const share of options.warm) {
    addResources(share, 1);
    if (share.ready) ready.set(labKey(share), (ready.get(labKey(share)) ?? 0) + 1);
  }

  const hasPrewarmed = (share: Share) => share.isPrewarmable !== false && (ready.get(labKey(share)) ?? 0) > 0;

  function missing({ memoryBytes, networks }: Pick<Share, 'memoryBytes' | 'networks'>) {
    if (used.memoryBytes + memoryBytes > limits.memoryBytes) return 'memory';
    return used.networks + networks > limits.networks ? 'networks' : undefined;
  }

  return {
    used: used as Readonly<typeof used>,
    /** Returns whether a prewarmed environment is ready for the session. */
    hasPrewarmed,
    /** Returns what prevents a start now; undefined if nothing does. */
    obstacle(share: Share): Exclude<QueueReason, 'earlier_starts'> | undefined {
      if (isOverQuota(share)) return 'quota';
      if (limits.diskLow) return 'disk';
      if (used.sessions + 1 > limits.sessions) return 'session_limit';
      return hasPrewarmed(share) ? undefined : missing(share);
    },
    /** Returns whether there is capacity to prewarm an environment. */
    hasCapacity: (need: Pick<Share, 'memoryBytes' | 'networks'>) =>
      !limits.diskLow && missing(need) === undefined,
    /** Records that the session's environment is being created, or taken from the prewarmed ones. */
    take(share: Share): void {
      addSession(share, 1);
      if (hasPrewarmed(share)) ready.set(labKey(share), (ready.get(labKey(share)) ?? 0) - 1);
      else addResources(share, 1);
    },
    /** Records that the session's environment was removed. */
    release(share: Share): void {
      addSession(share, -1);
      addResources(share, -1);
    },
  };
}

/** Returns the resource that a session needs more of than the limits ever allow; undefined if it fits. */
export function neverFits(
  share: Pick<Share, 'memoryBytes' | 'networks'>,
  limits: Pick<Limits, 'memoryBytes' | 'networks'>,
): 'memory' | 'networks' | undefined {
  if (share.memoryBytes > limits.memoryBytes) return 'memory';
  return share.networks > limits.networks ? 'networks' : undefined;
}

const labKey = ({ labSlug, labVersion }: Pick<Share, 'labSlug' | 'labVersion'>) => `${labSlug}@${labVersion}`;
