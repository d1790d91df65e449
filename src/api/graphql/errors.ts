import { GraphQLError } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import { fault, isFault } from '../../core/errors.ts';
import type { Fault, FaultDetails } from '../../core/errors.ts';
import type { Contained } from '../../core/containment.ts';

/** The errors of a request that is not executed: invalid GraphQL, not valid for this schema, or over a limit. */
export class RequestRefused extends Error {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super(errors[0]?.message ?? 'The request was refused.');
    this.name = 'RequestRefused';
    this.errors = errors;
  }
}

/** Creates the error for exceeding a limit. `problem` names the limit and its value. */
export function tooComplex(problem: string): RequestRefused {
  return new RequestRefused([asGraphqlError(fault('QUERY_TOO_COMPLEX', { problem }))]);
}

export function asGraphqlError(error: Error): GraphQLError {
  return new GraphQLError(error.message, { originalError: error });
}

/**
 * Formats an error for clients. A fault keeps its message. An error that GraphQL finds in a request becomes
 * INPUT_INVALID. Any other error becomes INTERNAL, and only `contained` receives its cause.
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

/** Returns the path of the invalid variable, if variables.ts found one. */
function variableOf(error: GraphQLError): { variable?: string } {
  // Errors of compiled queries have no extensions.
  const variable = (error.extensions as GraphQLError['extensions'] | undefined)?.['variable'];
  return typeof variable === 'string' ? { variable } : {};
}

/** Returns the fault that caused an error. */
export function faultOf(error: GraphQLError): Fault {
  // GraphQL wraps the error of a scalar once for each level of nesting.
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

/** Start of GraphQL's message, interpreted or compiled, for a variable that is invalid for its argument. */
const ARGUMENT_REFUSED = /^Argument "\w+" (of non-null type|of required type|has invalid value)/;

/** Returns whether GraphQL itself found the error in the request, without any resolver. */
function isOfRequest(error: GraphQLError): boolean {
  const { originalError } = error;
  if (!originalError && !error.path) return true;
  const isOfGraphql = !originalError || originalError instanceof GraphQLError;
  return isOfGraphql && ARGUMENT_REFUSED.test(error.message);
}

/** The values of a message's placeholders, each with its name. */
export function details(of: { details: FaultDetails }): { name: string; value: string }[] {
  return Object.entries(of.details).map(([name, value]) => ({ name, value: String(value) }));
}
