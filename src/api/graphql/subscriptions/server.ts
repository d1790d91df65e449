import type { WebSocket } from '@fastify/websocket';
import type { FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type {
  DocumentNode,
  ExecutionArgs,
  ExecutionResult,
  GraphQLFormattedError,
  GraphQLSchema,
} from 'graphql';
import { makeServer } from 'graphql-ws';
import type { Context, Server } from 'graphql-ws';
import { fault, isFault } from '../../../core/errors.ts';
import type { Fault, FaultCode } from '../../../core/errors.ts';
import type { Actor } from '../../../domains/identity/actor.ts';
import type { CredentialWatch } from '../../../domains/identity/credential-watch.ts';
import type { Log } from '../../../core/log.ts';
import type { ContextSource } from '../context.ts';
import { createContext } from '../context.ts';
import { asGraphqlError, faultOf, formatError, RequestRefused, tooComplex } from '../errors.ts';
import type { Executor, Results } from '../execute.ts';
import type { Prepare } from '../limits/prepare.ts';
import { accountOf } from '../limits/query-budget.ts';
import type { QueryBudget } from '../limits/query-budget.ts';
import { readQueryRequest } from '../limits/prepare.ts';
import type { ConnectionCount, OperationCount } from './counts.ts';
import { executeCounted, subscribeCounted } from './counts.ts';
import { readBearer } from '../../shared/credentials.ts';
import type { SessionCookie } from '../../shared/credentials.ts';
import type { AuthenticationService } from '../../../domains/identity/user.ts';

/** Maximum number of simultaneous operations of one connection. A page has a handful. */
export const OPERATION_LIMIT = 50;
/** Maximum time for a client to send its credentials, in milliseconds. */
const INIT_TIMEOUT_MS = 10_000;

/** State of a connection. */
export interface Connection {
  socket: WebSocket;
  /** Aborted when the socket has closed. */
  gone: AbortSignal;
  request: FastifyRequest;
  operations: OperationCount;
  /** Called once the connection is authenticated. */
  endSilence: () => void;
  /** Set once the connection is authenticated. */
  user?: { actor: Actor; authenticate: () => Promise<Actor>; stopWatching: () => void };
}

type ConnectionContext = Context<Record<string, unknown>, Connection>;

export interface ServerOptions extends ContextSource, CredentialSource {
  credentials: Pick<CredentialWatch, 'watch'>;
  schema: GraphQLSchema;
  prepare: Prepare;
  executor: Executor;
  budget: QueryBudget;
  connections: ConnectionCount;
}

/** A prepared operation of a connection. */
interface Operation {
  document: DocumentNode;
  run: () => Promise<ExecutionResult>;
  subscribe: () => Promise<ExecutionResult | Results>;
}

/** Creates the server of graphql-transport-ws: authenticates connections, prepares operations and formats errors. */
export function createSubscriptionServer(options: ServerOptions): Server<Connection> {
  /** Authenticates the connection, or closes it with the reason. */
  async function connect({ extra, connectionParams }: ConnectionContext): Promise<boolean> {
    const authenticate = credentialsOf(options, extra.request, connectionParams);
    if (!authenticate) {
      closeFor(extra.socket, 'UNAUTHENTICATED');
      return false;
    }
    const actor = await authenticate().catch((error: unknown) => {
      closeForbidden(extra.socket, error, extra.request.log);
    });
    if (!actor || extra.socket.readyState !== extra.socket.OPEN) return false;
    if (!options.connections.enterAs(actor.userId)) {
      closeFor(extra.socket, 'RATE_LIMITED');
      return false;
    }
    const end = (reason: Fault) => closeForbidden(extra.socket, reason, extra.request.log);
    // Each operation, and each value of a subscription, is authorised with the current role.
    const stopWatching = options.credentials.watch(actor, end, { withRole: false });
    extra.user = { actor, authenticate, stopWatching };
    extra.endSilence();
    return true;
  }

  function format({ extra }: ConnectionContext, errors: readonly GraphQLError[]): GraphQLFormattedError[] {
    const { contained } = options;
    return errors.map((error) => formatError(error, { requestId: extra.request.id, contained }));
  }

  function prepareOperation({ extra }: ConnectionContext, payload: unknown): Operation {
    const { user, request } = extra;
    const { executor, budget } = options;
    const account = accountOf(user?.actor, request);
    const asked = readQueryRequest(payload);
    const prepared = options.prepare(asked, user !== undefined);
    const authenticate = user ? user.authenticate : async () => undefined;
    const context = createContext(options, request, user?.actor, authenticate);
    return {
      document: prepared.document,
      run: () => budget.charge(account, () => executor.run(prepared, context)),
      subscribe: () => budget.charge(account, () => executor.subscribe(prepared, context)),
    };
  }

  /** The operations by the arguments that graphql-ws passes on. */
  const started = new WeakMap<ExecutionArgs, Operation & { leave: () => void }>();
  function operationOf(args: ExecutionArgs) {
    const operation = started.get(args);
    if (!operation) throw new Error('graphql-ws executes an operation that was not prepared.');
    return operation;
  }

  return makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,
    onConnect: connect,
    execute: (args) => executeCounted(operationOf(args)),
    subscribe: (args) => subscribeCounted(operationOf(args)),
    async onSubscribe(context, _id, payload) {
      const { socket, gone, request, user, operations } = context.extra;
      const leave = operations.enter();
      try {
        if (!leave) throw tooComplex(`a connection can run at most ${OPERATION_LIMIT} operations at once`);
        const account = accountOf(user?.actor, request);
        await options.budget.waitForBudget(account, () => gone);
        // The connection, or its credential, may have ended during the wait.
        if (user) user.actor = await user.authenticate();
        if (socket.readyState !== socket.OPEN) throw fault('UNAUTHENTICATED');
        const operation = options.budget.charge(account, () => prepareOperation(context, payload));
        const args = { schema: options.schema, document: operation.document };
        started.set(args, { ...operation, leave });
        return args;
      } catch (error) {
        leave?.();
        if (error instanceof RequestRefused) return error.errors;
        if (isFault(error)) return [asGraphqlError(error)];
        throw error;
      }
    },
    onNext(context, _id, _payload, _args, result) {
      return result.errors && { ...result, errors: format(context, result.errors) };
    },
    onError(context, _id, _payload, errors) {
      const graphqlErrors = errors.filter((error) => error instanceof GraphQLError);
      // A client without valid credentials cannot use the connection any more.
      if (graphqlErrors.some((error) => faultOf(error).status === 401)) {
        closeForbidden(context.extra.socket, graphqlErrors[0]?.originalError, context.extra.request.log);
      }
      return format(context, graphqlErrors);
    },
    onClose({ extra }) {
      extra.user?.stopWatching();
      options.connections.leave(extra.user?.actor.userId);
    },
  });
}

interface CredentialSource {
  authentication: Pick<AuthenticationService, 'byToken' | 'byWebSession'>;
  cookie: SessionCookie;
}

/**
 * Returns a function that authenticates a connection, now and again later. It uses the token of the first message
 * (`{ Authorization: 'Bearer …' }` or `{ token: '…' }`), otherwise the credentials of the upgrade request. Returns
 * undefined for a connection without credentials.
 */
function credentialsOf(
  { authentication, cookie }: CredentialSource,
  request: FastifyRequest,
  payload: Readonly<Record<string, unknown>> | undefined,
): (() => Promise<Actor>) | undefined {
  const given = payload?.['token'];
  if (typeof given === 'string') return () => authentication.byToken(given);
  const authorization =
    payload?.['Authorization'] ?? payload?.['authorization'] ?? request.headers.authorization;
  if (typeof authorization === 'string') {
    return async () => authentication.byToken(readBearer(authorization));
  }
  // The cookie counts only if it authenticated the upgrade, which then came from one of Berth's own pages.
  const secret = request.actor && cookie.read(request);
  if (secret === undefined) return undefined;
  return async () => {
    const actor = await authentication.byWebSession(secret);
    if (!actor) throw fault('UNAUTHENTICATED');
    return actor;
  };
}

/** Close codes of graphql-transport-ws. The reason of a close is the error code. */
export const closeCode = {
  /** The connection has no credentials. Clients do not retry. */
  unauthorized: 4401,
  /** The credentials are not valid, or no longer. */
  forbidden: 4403,
  /** Too many connections; retry later. */
  tryAgainLater: 1013,
  internal: 1011,
} as const;

const codes = {
  UNAUTHENTICATED: closeCode.unauthorized,
  RATE_LIMITED: closeCode.tryAgainLater,
} satisfies Partial<Record<FaultCode, number>>;

export function closeFor(socket: WebSocket, reason: keyof typeof codes): void {
  socket.close(codes[reason], reason);
}

/** Closes a connection after reading its credentials failed with `error`. */
function closeForbidden(socket: WebSocket, error: unknown, log: Log): void {
  const cause = isFault(error) ? error : fault('INTERNAL', {}, error);
  const refused = cause.status === 401 || cause.status === 403;
  if (!refused) log.error({ err: cause }, 'could not read the credentials of a GraphQL connection');
  socket.close(refused ? closeCode.forbidden : closeCode.internal, cause.code);
}
