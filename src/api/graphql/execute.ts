import { createSourceEventStream, execute } from 'graphql';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import type { GraphqlContext } from './context.ts';
import type { Variables } from './limits/cost.ts';
import type { PreparedQuery } from './limits/prepare.ts';

/** What one execution of a prepared query needs. */
export interface ExecutionInput {
  context: GraphqlContext;
  variables: Variables | undefined;
}

/** The results of a subscription's events. */
export type Results = AsyncIterableIterator<ExecutionResult>;

export type Executor = ReturnType<typeof createExecutor>;

/** Creates the functions that execute prepared queries, over HTTP and WebSocket. Nothing else executes GraphQL. */
export function createExecutor(schema: GraphQLSchema) {
  /** Executes an operation. For a subscription, `event` is the value to respond with. */
  async function run(
    { document, compiled }: PreparedQuery,
    { context, variables = {} }: ExecutionInput,
    event?: unknown,
  ): Promise<ExecutionResult> {
    // Both give the same data and errors.
    if (compiled) return compiled(event, context, variables);
    return execute({
      schema,
      document,
      rootValue: event,
      contextValue: context,
      variableValues: variables,
    });
  }

  return {
    /** Executes a query or a mutation. A result without data was not executed. */
    run: (prepared: PreparedQuery, input: ExecutionInput) => run(prepared, input),

    /** Starts a subscription. Returns the result of each event, or only one result, with the error of the start. */
    async subscribe(prepared: PreparedQuery, input: ExecutionInput): Promise<ExecutionResult | Results> {
      const { document } = prepared;
      const { context: contextValue, variables: variableValues } = input;
      const events = await createSourceEventStream({ schema, document, contextValue, variableValues });
      if (!(Symbol.asyncIterator in events)) return events;
      return withEach(events, (event) => run(prepared, input, event));
    },
  };
}

/** Returns the results of `source`'s events. Unlike a generator, a `return` ends it while a value is pending. */
function withEach(
  source: AsyncIterable<unknown>,
  respond: (event: unknown) => Promise<ExecutionResult>,
): Results {
  const events = source[Symbol.asyncIterator]();
  const results: Results = {
    async next() {
      const { done, value } = await events.next();
      return done ? { done, value: undefined } : { done: false, value: await respond(value) };
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}
