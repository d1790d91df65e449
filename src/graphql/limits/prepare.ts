import {
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  parse,
  separateOperations,
  validate,
} from 'graphql';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { RequestRefused, tooComplex } from '../errors.ts';
import { costOf } from './cost.ts';
import type { Cost, Variables } from './cost.ts';
import { limits } from './limits.ts';
import { createRecent } from './recent.ts';
import { checkShape } from './shape.ts';

/** Queries kept parsed and validated: many times what a web app and its scripts have. */
const KEPT_QUERIES = 500;
/** Mistakes told at once; more help nobody and cost. */
const ERRORS_TOLD = 10;

/** A query that is valid and within the limits. */
export interface PreparedQuery {
  /** The chosen operation alone, with the fragments it uses. The same object for the same query. */
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

interface Entry extends PreparedQuery {
  fixedCost: Cost | undefined;
}

/** What a client sends. */
export interface QueryRequest {
  query: string;
  operationName?: string | undefined;
  variables?: Variables | undefined;
}

/** Makes what parses, validates and measures queries for both HTTP and WebSocket, remembering the recent ones. */
export function createPreparer(schema: GraphQLSchema): (request: QueryRequest) => PreparedQuery {
  const recent = createRecent<Entry>(KEPT_QUERIES);

  function read({ query, operationName }: QueryRequest): Entry {
    const whole = parseWithin(query);
    checkShape(whole);
    const errors = validate(schema, whole, undefined, { maxErrors: ERRORS_TOLD });
    if (errors.length > 0) throw new RequestRefused(errors);
    const chosen = getOperationAST(whole, operationName);
    if (!chosen) throw refused(unknownOperation(operationName));
    const document = separateOperations(whole)[chosen.name?.value ?? ''];
    if (!document) throw refused(unknownOperation(operationName));
    return { document, operation: chosen, fixedCost: undefined };
  }

  function check(entry: Entry, variables: Variables): void {
    const cost = entry.fixedCost ?? costOf(schema, entry.document, entry.operation, variables);
    if (!cost.varies) entry.fixedCost = cost;
    if (cost.cost > limits.cost) {
      throw tooComplex(
        `its cost is ${cost.cost}, at most ${limits.cost} is taken: ask for smaller pages or fewer fields`,
      );
    }
    if (entry.operation.operation === OperationTypeNode.MUTATION && cost.rootFields > limits.mutations) {
      throw tooComplex(`it has ${cost.rootFields} mutations, at most ${limits.mutations} are taken`);
    }
  }

  return (request) => {
    if (request.query.length > limits.queryLength) {
      throw tooComplex(
        `it is ${request.query.length} characters long, at most ${limits.queryLength} are taken`,
      );
    }
    const key = `${request.operationName ?? ''}\n${request.query}`;
    const entry = recent.get(key) ?? recent.keep(key, read(request));
    check(entry, request.variables ?? {});
    return entry;
  };
}

function parseWithin(query: string): DocumentNode {
  try {
    return parse(query, { maxTokens: limits.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (error.message.includes(`${limits.tokens} tokens`)) {
      throw tooComplex(`it has more than ${limits.tokens} tokens`);
    }
    throw refused(error);
  }
}

function unknownOperation(name: string | undefined): GraphQLError {
  return new GraphQLError(
    name
      ? `The document has no operation "${name}".`
      : 'The document has several operations: say which with "operationName".',
  );
}

function refused(error: GraphQLError): RequestRefused {
  return new RequestRefused([error]);
}
