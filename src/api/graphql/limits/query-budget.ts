import type { FastifyRequest } from 'fastify';
import { createBudgets } from '../../../core/budgets.ts';
import type { Budgets } from '../../../core/budgets.ts';
import { createCounts } from '../../../core/counts.ts';
import { fault } from '../../../core/errors.ts';
import { clientOf } from '../../shared/connection-limits.ts';
import type { Actor } from '../../../domains/identity/actor.ts';

/**
 * Time that parsing, validating, compiling and starting the queries of one user may take, in milliseconds: a tenth of the
 * service's time. Queries of the web app are cached and cost almost nothing.
 */
const QUERY_TIME = { perSecond: 100, burst: 500 };
/** Maximum number of waiting operations of one account. Each holds its body in memory. */
const MAX_WAITING = 100;
/** Seconds after which a rejected client should retry: by then most of the waiting operations have run. */
const RETRY_SECONDS = 10;

/** Costs of one WebSocket frame and of each of its bytes, in milliseconds: about what reading them takes. */
const FRAME_MS = 0.05;
const BYTE_MS = 1 / 200_000;

export type QueryBudget = ReturnType<typeof createQueryBudget>;

/**
 * Limits the time that each account can use, over all of its connections: for preparing and starting queries, and for
 * REST calls.
 */
export function createQueryBudget({
  budgets = createBudgets({ each: QUERY_TIME }),
  now = () => performance.now(),
}: { budgets?: Budgets; now?: () => number } = {}) {
  const waiting = createCounts();

  function waitInQueue(account: string, clientGone: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clientGone.removeEventListener('abort', leave);
        resolve();
      };
      const cancel = budgets.wait(account, end);
      function leave(): void {
        cancel();
        end();
      }
      clientGone.addEventListener('abort', leave, { once: true });
      if (clientGone.aborted) leave();
    });
  }

  return {
    budgets,

    /**
     * Waits until the account has time left, or the signal that `clientGone` returns aborts: an operation whose client
     * is gone must not stay in memory. `clientGone` is called only if there is a wait.
     * @throws RATE_LIMITED if too many of its operations wait already
     */
    async waitForBudget(account: string, clientGone: () => AbortSignal): Promise<void> {
      const count = waiting.of(account);
      // Spending nothing succeeds if the account has time left.
      if (count === 0 && budgets.spend(account, 0)) return;
      if (count >= MAX_WAITING) throw fault('RATE_LIMITED', { seconds: RETRY_SECONDS });
      waiting.add(account);
      try {
        await waitInQueue(account, clientGone());
      } finally {
        waiting.remove(account);
      }
    },

    /** Charges the account for the time that `work` takes until it returns: of an asynchronous function, its first step. */
    charge<T>(account: string, work: () => T): T {
      const start = now();
      try {
        return work();
      } finally {
        budgets.spend(account, now() - start);
      }
    },
  };
}

/** Names the account of a user, or of the client address of an anonymous request. */
export function accountOf(actor: Actor | undefined, { ip }: Pick<FastifyRequest, 'ip'>): string {
  return actor ? `user ${actor.userId}` : `address ${clientOf(ip)}`;
}

/** Returns what one WebSocket frame costs. */
export function frameCost(bytes: number): number {
  return FRAME_MS + bytes * BYTE_MS;
}
