import type { Clock } from '../../core/clock.ts';
import type { ReachedPort } from './preview.ts';

/** How long an answer is believed, in milliseconds: a page asks for its hundred files within it. */
const BELIEVED_MS = 5_000;
/** Most answers kept: pages that are being read at this moment. */
const MOST = 5_000;

interface Answer {
  until: number;
  port: ReachedPort;
}

export type ReachMemory = ReturnType<typeof createReachMemory>;

/** Remembers for a moment who reached what, so that not each file of a page asks the database. */
export function createReachMemory({ clock }: { clock: Clock }) {
  const answers = new Map<string, Answer>();

  let changes = 0;

  function forget(of: (port: ReachedPort) => boolean): void {
    changes += 1;
    for (const [key, { port }] of answers) if (of(port)) answers.delete(key);
  }

  return {
    get(key: string): ReachedPort | undefined {
      const answer = answers.get(key);
      return answer && answer.until > clock.now().getTime() ? answer.port : undefined;
    },
    /** Grows with all that is forgotten: an answer that was read before is not to be kept. */
    changes: () => changes,
    /** `expiresAt` is the end of the pass itself. */
    keep(key: string, port: ReachedPort, expiresAt: Date): void {
      if (answers.size >= MOST) answers.clear();
      const until = Math.min(clock.now().getTime() + BELIEVED_MS, expiresAt.getTime());
      answers.set(key, { until, port });
    },
    forgetSession: (sessionId: string) => forget((port) => port.sessionId === sessionId),
    forgetUser: (userId: string) => forget((port) => port.opener.userId === userId),
    clear: () => answers.clear(),
  };
}
