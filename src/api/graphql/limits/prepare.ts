import {
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  parse,
  separateOperations,
  validate,
} from 'graphql';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode, Token } from 'graphql';
import { fault } from '../../../core/errors.ts';
import { RequestRefused, tooComplex } from '../errors.ts';
import { checkVariables, withDefaults } from './variables.ts';
import { countUse } from './compile.ts';
import type { UsedQuery } from './compile.ts';
import { costOf } from './cost.ts';
import type { Cost, Variables } from './cost.ts';
import { limits } from './limits.ts';
import { createRecent } from './recent.ts';
import { checkShape } from './shape.ts';

/**
 * Maximum total characters of all cached queries: many times the queries of a web app and its scripts. In the worst
 * case, a parsed query takes about 200 bytes of memory per character.
 */
const KEPT_CHARACTERS = 200_000;
/** Maximum characters of a cached query. The introspection of tools has fewer. */
const KEPT_LENGTH = 2_500;
/** Maximum number of reported errors. More would cost time and help nobody. */
const MAX_ERRORS = 10;

/** A query that is valid and within the limits. */
export interface PreparedQuery {
  /** Only the chosen operation, with the fragments that it uses. */
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** The checked variables, with the defaults of omitted fields. */
  variables: Variables;
  /** Whether it is used repeatedly and may be compiled. Its document is then the same object each time. */
  repeated: boolean;
}

interface Entry extends UsedQuery {
  fixedCost: Cost | undefined;
}

/** A query request of a client. */
export interface QueryRequest {
  query: string;
  operationName?: string | undefined;
  variables?: Variables | undefined;
}

/** Parses, validates and measures a query. Queries are cached only if `known`, for a signed-in user. */
export type Prepare = (request: QueryRequest, known: boolean) => PreparedQuery;

/** Creates the preparer of queries for HTTP and WebSocket, which caches recent queries. */
export function createPreparer(schema: GraphQLSchema): Prepare {
  const recent = createRecent<string, Entry>(KEPT_CHARACTERS);

  function read({ query, operationName }: QueryRequest): Entry {
    const whole = parseWithin(query);
    checkShape(whole);
    const errors = validate(schema, whole, undefined, { maxErrors: MAX_ERRORS });
    if (errors.length > 0) throw new RequestRefused(errors);
    const chosen = getOperationAST(whole, operationName);
    if (!chosen) throw refused(unknownOperation(operationName));
    const document = separateOperations(whole)[chosen.name?.value ?? ''];
    if (!document) throw refused(unknownOperation(operationName));
    return { document, operation: chosen, fixedCost: undefined, uses: 0 };
  }

  function check(entry: Entry, variables: Variables): void {
    const cost = entry.fixedCost ?? costOf(schema, entry.document, entry.operation, variables);
    if (!cost.varies) entry.fixedCost = cost;
    if (cost.cost > limits.cost) {
      throw tooComplex(
        `its cost is ${cost.cost}, and the maximum is ${limits.cost}; request smaller pages or fewer fields`,
      );
    }
    if (entry.operation.operation === OperationTypeNode.MUTATION && cost.rootFields > limits.mutations) {
      throw tooComplex(`it has ${cost.rootFields} mutations, and the maximum is ${limits.mutations}`);
    }
  }

  return (request, known) => {
    if (request.query.length > limits.queryLength) {
      throw tooComplex(`it has ${request.query.length} characters, and the maximum is ${limits.queryLength}`);
    }
    const key = `${request.operationName ?? ''}\n${request.query}`;
    const kept = recent.get(key);
    const entry = kept ?? read(request);
    check(entry, request.variables ?? {});
    checkVariables(schema, entry, request.variables ?? {});
    if (!kept && known && key.length <= KEPT_LENGTH) recent.keep(key, entry, key.length);
    const { document, operation } = entry;
    const variables = withDefaults(schema, operation, request.variables ?? {});
    return { document, operation, variables, repeated: kept !== undefined && countUse(schema, kept) };
  };
}

function parseWithin(query: string): DocumentNode {
  try {
    const document = parse(query, { maxTokens: limits.tokens });
    unlinkTokens(document);
    return document;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (error.message.includes(`${limits.tokens} tokens`)) {
      throw tooComplex(`it has more than ${limits.tokens} tokens`);
    }
    throw refused(error);
  }
}

/** Unlinks the tokens of a document. Mercurius clones the document, and a clone of the long list overflows the stack. */
function unlinkTokens({ loc }: DocumentNode): void {
  let token: Token | null | undefined = loc?.startToken;
  while (token) {
    const { next }: Token = token;
    Object.assign(token, { prev: null, next: null });
    token = next;
  }
}

function unknownOperation(name: string | undefined): GraphQLError {
  return new GraphQLError(
    name
      ? `The document has no operation "${name}".`
      : 'The document has several operations. Choose one with "operationName".',
  );
}

function refused(error: GraphQLError): RequestRefused {
  return new RequestRefused([error]);
}

/** Reads the query request in a body or a WebSocket message. @throws INPUT_INVALID, QUERY_TOO_COMPLEX for a batch */
export function readQueryRequest(body: unknown): QueryRequest {
  if (Array.isArray(body))
    throw tooComplex('a request contains one operation, and batches are not supported');
  if (!isRecord(body) || typeof body['query'] !== 'string') {
    throw invalid('The body must be a JSON object with the query as a string in "query".');
  }
  const { query, operationName, variables } = body;
  if (variables !== undefined && variables !== null && !isRecord(variables)) {
    throw invalid('"variables" must be an object.');
  }
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw invalid('"operationName" must be a string.');
  }
  return { query, operationName: operationName ?? undefined, variables: variables ?? undefined };
}

function invalid(problem: string) {
  return fault('INPUT_INVALID', { problem });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
