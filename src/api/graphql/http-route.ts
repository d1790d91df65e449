import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OperationTypeNode } from 'graphql';
import { fault, isFault } from '../../core/errors.ts';
import { fromFastify } from '../shared/fastify-fault.ts';
import { whenClientGone } from '../shared/files-stream.ts';
import { createContext } from './context.ts';
import type { ContextSource } from './context.ts';
import { asGraphqlError, faultOf, formatError, RequestRefused, tooComplex } from './errors.ts';
import { limits } from './limits/limits.ts';
import type { Executor } from './execute.ts';
import type { Prepare } from './limits/prepare.ts';
import { accountOf } from './limits/query-budget.ts';
import type { QueryBudget } from './limits/query-budget.ts';
import { readQueryRequest } from './limits/prepare.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
/** Media type of the GraphQL-over-HTTP specification, for clients that accept it. */
const RESPONSE_TYPE = 'application/graphql-response+json';

/** Registers `POST /graphql`. It accepts only JSON, which a form of another site cannot send. */
export function addHttpRoute(
  app: FastifyInstance,
  options: ContextSource & { executor: Executor; prepare: Prepare; budget: QueryBudget },
): void {
  // Responses are data, not pages, so they need only one of the security headers.
  const route = {
    bodyLimit: limits.bodyBytes,
    errorHandler: createErrorHandler(options),
    helmet: false,
  } as const;
  app.post('/graphql', route, async (request, reply) => {
    const asked = readQueryRequest(request.body);
    const { actor } = request;
    const account = accountOf(actor, request);
    await options.budget.waitForBudget(account, () => whenClientGone(reply));
    // The connection may have closed, or the credential may have ended, during the wait.
    if (reply.raw.destroyed) throw fault('UNAUTHENTICATED');
    const prepared = options.budget.charge(account, () => options.prepare(asked, actor !== undefined));
    if (prepared.operation.operation === OperationTypeNode.SUBSCRIPTION) {
      throw fault('INPUT_INVALID', { problem: 'Send subscriptions over WebSocket to this address.' });
    }
    const context = createContext(options, request, actor, async () => actor);
    const { errors, ...result } = await options.budget.charge(account, () =>
      options.executor.run(prepared, context),
    );
    const formatted = errors && { errors: errors.map((each) => formatError(each, context)) };
    // A result without data was not executed, because a variable has the wrong type.
    return sendJson(request, reply, result.data === undefined ? 400 : 200, { ...result, ...formatted });
  });
}

function typeFor(request: FastifyRequest): string {
  return request.headers.accept?.includes(RESPONSE_TYPE) ? `${RESPONSE_TYPE}; charset=utf-8` : JSON_TYPE;
}

/** Creates the handler that sends the errors of a rejected request as GraphQL errors. */
function createErrorHandler({ contained }: Pick<ContextSource, 'contained'>) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const { errors } = refusalOf(error, request);
    const { status, details } = errors[0] ? faultOf(errors[0]) : fault('INTERNAL');
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    if (status === 429) reply.header('retry-after', String(details['seconds']));
    const formatted = errors.map((each) => formatError(each, { requestId: request.id, contained }));
    sendJson(request, reply, status, { errors: formatted });
  };
}

function sendJson(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  answer: object,
): FastifyReply {
  return reply
    .code(status)
    .header('content-type', typeFor(request))
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .send(JSON.stringify(answer));
}

function refusalOf(error: unknown, request: FastifyRequest): RequestRefused {
  if (error instanceof RequestRefused) return error;
  const known = isFault(error) ? error : fromFastify(error, request);
  if (known?.code === 'BODY_TOO_LARGE') {
    return tooComplex(`its body is larger than ${limits.bodyBytes} bytes`);
  }
  const cause = known ?? (error instanceof Error ? error : new Error(String(error)));
  return new RequestRefused([asGraphqlError(cause)]);
}
