import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import { fault, isFault } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';
import type { Contained } from '../../core/containment.ts';

/** Errors of a request that is not carried out: not GraphQL, not of this schema, or over a limit. */
export class RequestRefused extends Error {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super(errors[0]?.message ?? 'The request was refused.');
    this.name = 'RequestRefused';
    this.errors = errors;
  }
}

/** A refusal for exceeding a limit; `problem` says which, and what it is. */
export function tooComplex(problem: string): RequestRefused {
  return new RequestRefused([asGraphqlError(fault('QUERY_TOO_COMPLEX', { problem }))]);
}

export function asGraphqlError(error: Error): GraphQLError {
  return new GraphQLError(error.message, { originalError: error });
}

/**
 * Formats an error for clients. A fault keeps its message; an error that GraphQL itself finds in a
 * request is INPUT_INVALID; any other is INTERNAL and goes to `contained`, which alone learns its cause.
 */
export function formatError(
  error: GraphQLError,
  { requestId, contained }: { requestId: string; contained: Contained },
): GraphQLFormattedError {
  const cause = faultOf(error);
  if (cause.code === 'INTERNAL') contained('request', error.originalError ?? error, { requestId });
  return {
    message: cause.code === 'INPUT_INVALID' ? error.message : cause.message,
    ...(error.locations && { locations: error.locations }),
    ...(error.path && { path: error.path }),
    extensions: { ...variableOf(error), ...cause.details, code: cause.code, requestId },
  };
}

/** The path of the variable that is wrong, where one is. */
function variableOf(error: GraphQLError): { variable?: string } {
  // Compiled queries make errors without extensions.
  const variable = (error.extensions as GraphQLError['extensions'] | undefined)?.['variable'];
  return typeof variable === 'string' ? { variable } : {};
}

/** The fault that an error stands for. */
export function faultOf(error: GraphQLError): Fault {
  // A scalar that refuses a value is wrapped once more with each level it lies in.
  for (
    let at: unknown = error;
    at instanceof Error;
    at = at instanceof GraphQLError ? at.originalError : undefined
  ) {
    if (isFault(at)) return at;
  }
  if (isOfRequest(error)) return fault('INPUT_INVALID', { problem: error.message });
  return fault('INTERNAL');
}

/** How GraphQL, interpreted or compiled, begins what it says of a variable that an argument cannot take. */
const ARGUMENT_REFUSED = /^Argument "\w+" (of non-null type|of required type|has invalid value)/;

/** Whether GraphQL itself found this in the request: no resolver has a part in it. */
function isOfRequest(error: GraphQLError): boolean {
  const { originalError } = error;
  if (!originalError && !error.path) return true;
  const isOfGraphql = !originalError || originalError instanceof GraphQLError;
  return isOfGraphql && ARGUMENT_REFUSED.test(error.message);
}
