import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { fault, isFault } from '../errors.ts';
import { fromFastify } from '../http/fastify-fault.ts';
import { createContext } from './create-context.ts';
import type { ContextSource } from './create-context.ts';
import { asGraphqlError, faultOf, formatError, RequestRefused, tooComplex } from './errors.ts';
import { limits } from './limits/limits.ts';
import type { createPreparer } from './limits/prepare.ts';
import { readQueryRequest } from './query-request.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
/** What the GraphQL-over-HTTP specification calls its own type; given to who asks for it. */
const RESPONSE_TYPE = 'application/graphql-response+json';

/** Registers `POST /graphql`. It takes JSON alone, which no form of another site can send. */
export function addHttpRoute(
  app: FastifyInstance,
  options: ContextSource & { prepare: ReturnType<typeof createPreparer> },
): void {
  app.post('/graphql', { bodyLimit: limits.bodyBytes, errorHandler: sendErrors }, async (request, reply) => {
    const asked = readQueryRequest(request.body);
    const { document, operation } = options.prepare(asked);
    if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
      throw fault('INPUT_INVALID', { problem: 'Subscriptions are taken over WebSocket at this address.' });
    }
    const { actor } = request;
    const context = createContext(options, request, actor, async () => actor);
    const result = await app.graphql(document, { ...context }, asked.variables, asked.operationName);
    // Without data it was not carried out: a variable of a wrong type.
    reply.code(result.data === undefined ? 400 : 200);
    return reply.header('content-type', typeFor(request)).send(JSON.stringify(result));
  });
}

function typeFor(request: FastifyRequest): string {
  return request.headers.accept?.includes(RESPONSE_TYPE) ? `${RESPONSE_TYPE}; charset=utf-8` : JSON_TYPE;
}

/** Answers what kept a request from being carried out as GraphQL has it. */
function sendErrors(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { errors } = refusalOf(error, request);
  const status = errors[0] ? faultOf(errors[0]).status : 500;
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  const told = { requestId: request.id, log: request.log };
  void reply
    .code(status)
    .header('content-type', typeFor(request))
    .send(JSON.stringify({ errors: errors.map((each) => formatError(each, told)) }));
}

function refusalOf(error: unknown, request: FastifyRequest): RequestRefused {
  if (error instanceof RequestRefused) return error;
  const found = graphqlErrorsOf(error);
  if (found.length > 0) return new RequestRefused(found);
  const known = isFault(error) ? error : fromFastify(error, request);
  if (known?.code === 'BODY_TOO_LARGE') {
    return tooComplex(`its body is larger than ${limits.bodyBytes} bytes`);
  }
  const cause = known ?? (error instanceof Error ? error : new Error(String(error)));
  return new RequestRefused([asGraphqlError(cause)]);
}

/** What mercurius found wrong with the variables. */
function graphqlErrorsOf(error: unknown): GraphQLError[] {
  if (!(error instanceof Error) || !('errors' in error) || !Array.isArray(error.errors)) return [];
  return error.errors.filter((each) => each instanceof GraphQLError);
}
