/** Why a session waits: what is used up, or `turn` when there is room and others are being made first. */
export type QueueReason = 'turn' | 'memory' | 'disk' | 'places' | 'networks' | 'quota';

/** How much there is for all sessions together; Infinity where nothing bounds it. */
export interface Limits {
  memoryBytes: number;
  sessions: number;
  networks: number;
  /** Whether the engine's disk has less left than is kept in reserve. */
  diskLow: boolean;
}

/** How much a subject, such as `course:docker-basics`, may have at once. */
export interface QuotaLimit {
  subject: string;
  sessions: number | undefined;
  memoryBytes: number | undefined;
}

/** What somebody's environment takes of the engine, or is to take. */
export interface Share {
  learnerId: string;
  labSlug: string;
  labVersion: string;
  course: string | undefined;
  memoryBytes: number;
  networks: number;
  /** `anew` for one that none of the prewarmed ones will do for. */
  begins?: 'anew';
}

/** A prewarmed environment: it takes of the engine, and is nobody's yet. */
export type WarmShare = Pick<Share, 'labSlug' | 'labVersion' | 'memoryBytes' | 'networks'> & {
  ready: boolean;
};

export type Ledger = ReturnType<typeof createLedger>;

/** Whom a session counts for, as quotas name them. */
export const subjectsOf = ({ learnerId, labSlug, course }: Omit<Share, 'memoryBytes' | 'networks'>) => [
  `learner:${learnerId}`,
  `lab:${labSlug}`,
  ...(course === undefined ? [] : [`course:${course}`]),
];

/**
 * What is taken of what there is. A learner's own number of sessions is no matter of the queue: it is
 * refused at the start.
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

  function add(share: Share, sign: 1 | -1): void {
    used.sessions += sign;
    for (const subject of subjectsOf(share)) {
      const sum = bySubject.get(subject) ?? { sessions: 0, memoryBytes: 0 };
      sum.sessions += sign;
      sum.memoryBytes += sign * share.memoryBytes;
      bySubject.set(subject, sum);
    }
  }

  function fill(share: Pick<Share, 'memoryBytes' | 'networks'>, sign: 1 | -1): void {
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
    add(share, 1);
    fill(share, 1);
  }
  for (const share of options.warm) {
    fill(share, 1);
    if (share.ready) ready.set(labKey(share), (ready.get(labKey(share)) ?? 0) + 1);
  }

  const isReadyMade = (share: Share) => share.begins !== 'anew' && (ready.get(labKey(share)) ?? 0) > 0;

  function lack({ memoryBytes, networks }: Pick<Share, 'memoryBytes' | 'networks'>) {
    if (used.memoryBytes + memoryBytes > limits.memoryBytes) return 'memory';
    return used.networks + networks > limits.networks ? 'networks' : undefined;
  }

  return {
    used: used as Readonly<typeof used>,
    /** Whether an environment that is prewarmed waits for it. */
    isReadyMade,
    /** What keeps an environment from being begun now; undefined when nothing does. */
    obstacle(share: Share): Exclude<QueueReason, 'turn'> | undefined {
      if (isOverQuota(share)) return 'quota';
      if (limits.diskLow) return 'disk';
      if (used.sessions + 1 > limits.sessions) return 'places';
      return isReadyMade(share) ? undefined : lack(share);
    },
    /** Whether the engine has room for an environment that is nobody's. */
    hasRoom: (need: Pick<Share, 'memoryBytes' | 'networks'>) => !limits.diskLow && lack(need) === undefined,
    /** Notes that its environment is begun, or taken from the prewarmed ones. */
    take(share: Share): void {
      add(share, 1);
      if (isReadyMade(share)) ready.set(labKey(share), (ready.get(labKey(share)) ?? 0) - 1);
      else fill(share, 1);
    },
    /** Notes that its environment is gone. */
    giveBack(share: Share): void {
      add(share, -1);
      fill(share, -1);
    },
  };
}

/** What the lab's sessions need more of than there is at all; undefined when they can have room one day. */
export function neverFits(
  share: Pick<Share, 'memoryBytes' | 'networks'>,
  limits: Pick<Limits, 'memoryBytes' | 'networks'>,
): 'memory' | 'networks' | undefined {
  if (share.memoryBytes > limits.memoryBytes) return 'memory';
  return share.networks > limits.networks ? 'networks' : undefined;
}

const labKey = ({ labSlug, labVersion }: Pick<Share, 'labSlug' | 'labVersion'>) => `${labSlug}@${labVersion}`;
