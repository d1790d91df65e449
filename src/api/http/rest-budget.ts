import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Budgets } from '../../core/budgets.ts';
import { fault } from '../../core/errors.ts';
import type { Actor } from '../../domains/identity/actor.ts';
import { whenClientGone } from '../shared/files-stream.ts';
import { REST_PATH } from './early-refusals.ts';

/** Costs of one call and of each character of its JSON, in milliseconds: about what reading rows and writing them takes. */
const CALL_MS = 1;
const CHARACTER_MS = 1 / 20_000;

/** The time that each account can use. Queries use the same. */
interface AccountBudget {
  budgets: Pick<Budgets, 'spend'>;
  waitForBudget(account: string, clientGone: () => AbortSignal): Promise<void>;
}

/**
 * Charges the accounts of users for their REST calls. The calls of an overdrawn account wait, before their body is read.
 * Streams have their own limits. Register it after authentication.
 */
export function addRestBudget(
  app: FastifyInstance,
  options: {
    budget: AccountBudget;
    accountOf: (actor: Actor | undefined, request: FastifyRequest) => string;
  },
): void {
  const { budget, accountOf } = options;

  app.addHook('onRequest', async (request, reply) => {
    if (!isRestCall(request)) return;
    const account = accountOf(request.actor, request);
    await budget.waitForBudget(account, () => whenClientGone(reply));
    // The connection may have closed, or the credential may have ended, during the wait.
    if (reply.raw.destroyed) throw fault('UNAUTHENTICATED');
    budget.budgets.spend(account, CALL_MS);
  });

  app.addHook('onSend', async (request, _, payload) => {
    if (typeof payload === 'string' && isRestCall(request))
      budget.budgets.spend(accountOf(request.actor, request), payload.length * CHARACTER_MS);
  });
}

function isRestCall({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url?.startsWith(REST_PATH) ?? false;
}
