import type { FastifyInstance } from 'fastify';
import { GraphQLError, subscribe } from 'graphql';
import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import { mercurius } from 'mercurius';
import type { GraphqlContext } from './context.ts';
import type { Variables } from './limits/cost.ts';
import type { PreparedQuery } from './limits/prepare.ts';

/** Number of executions after which mercurius compiles a cached document: after the one that caches it. */
const COMPILE_AFTER = 1;
/**
 * Number of documents in each of mercurius' two cache generations. In the worst case, each of the 40 takes 1.25 MB: 5 KB of
 * compiled code for each of 150 fields, and the copy of the document. The web app has about thirty operations.
 */
const CACHED_DOCUMENTS = 20;

/** The results of a subscription's events. */
export type Results = AsyncIterableIterator<ExecutionResult>;

export type Executor = ReturnType<typeof createExecutor>;

/** Mercurius' function that executes a query or a mutation. It rejects if the document or a variable is invalid. */
export type Execute = (
  document: DocumentNode,
  context: GraphqlContext,
  variables: Variables | undefined,
) => Promise<ExecutionResult>;

/**
 * Registers mercurius twice, so that queries that are used once are not compiled and evict no compiled one. Returns
 * the executor that uses both.
 */
export async function registerExecutor(app: FastifyInstance, schema: GraphQLSchema): Promise<Executor> {
  return createExecutor({
    schema,
    once: await registerMercurius(app, schema, { cache: false }),
    repeated: await registerMercurius(app, schema, { cache: CACHED_DOCUMENTS, jit: COMPILE_AFTER }),
  });
}

async function registerMercurius(
  app: FastifyInstance,
  schema: GraphQLSchema,
  options: { cache: number | false; jit?: number },
): Promise<Execute> {
  let execute: Execute | undefined;
  await app.register(async (scope) => {
    await scope.register(mercurius, {
      ...options,
      schema,
      routes: false,
      // The transports format the errors.
      errorFormatter: (response) => ({ statusCode: 200, response }),
    });
    execute = (document, context, variables) => scope.graphql(document, context, variables);
  });
  if (!execute) throw new Error('Mercurius is not registered.');
  return execute;
}

/**
 * Creates the functions that execute prepared queries, over HTTP and WebSocket. Nothing else executes GraphQL. Their
 * synchronous part includes validation, compiling and the first step of the execution.
 */
export function createExecutor({
  schema,
  once,
  repeated,
}: {
  schema: GraphQLSchema;
  /** Executes a document without caching it. */
  once: Execute;
  /** Executes a document, and caches and compiles it. */
  repeated: Execute;
}) {
  return {
    /** Executes a query or a mutation. A result without data was not executed. */
    async run(prepared: PreparedQuery, context: GraphqlContext): Promise<ExecutionResult> {
      const { document, variables } = prepared;
      try {
        return await (prepared.repeated ? repeated : once)(document, context, variables);
      } catch (error) {
        const errors = errorsOf(error);
        if (!errors) throw error;
        return { errors };
      }
    },

    /** Starts a subscription. Returns the result of each event, or only one result, with the error of the start. */
    async subscribe(
      { document, variables: variableValues }: PreparedQuery,
      contextValue: GraphqlContext,
    ): Promise<ExecutionResult | Results> {
      return subscribe({ schema, document, contextValue, variableValues });
    },
  };
}

/** Returns the errors of a document or its variables that mercurius rejected, and undefined for other errors. */
function errorsOf(error: unknown): readonly GraphQLError[] | undefined {
  if (!(error instanceof Error) || !('errors' in error) || !Array.isArray(error.errors)) return undefined;
  const errors: unknown[] = error.errors;
  return errors.every((each) => each instanceof GraphQLError) ? errors : undefined;
}
