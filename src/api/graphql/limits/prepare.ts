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
import { checkVariables } from '../variables.ts';
import { costOf } from './cost.ts';
import type { Cost, Variables } from './cost.ts';
import { limits } from './limits.ts';
import { createRecent } from './recent.ts';
import { checkShape } from './shape.ts';

/**
 * Characters of all queries kept parsed and validated: many times what a web app and its scripts
 * have. A query of nothing but single signs takes some 200 bytes of memory a character.
 */
const KEPT_CHARACTERS = 200_000;
/** Characters of the longest query that is kept: the introspection of tools has fewer. */
const KEPT_LENGTH = 2_500;
/** Mistakes told at once; more help nobody and cost. */
const ERRORS_TOLD = 10;

/** A query that is valid and within the limits. */
export interface PreparedQuery {
  /** The chosen operation alone, with the fragments it uses. The same object for a query that is kept. */
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** Whether it was kept from an earlier time: then it is worth compiling. */
  again: boolean;
}

interface Entry extends Omit<PreparedQuery, 'again'> {
  fixedCost: Cost | undefined;
}

/** What a client sends. */
export interface QueryRequest {
  query: string;
  operationName?: string | undefined;
  variables?: Variables | undefined;
}

/** `known` says whether someone signed in asks: what nobody in particular sends is not remembered. */
export type Prepare = (request: QueryRequest, known: boolean) => PreparedQuery;

/** Makes what parses, validates and measures queries for both HTTP and WebSocket, remembering the recent ones. */
export function createPreparer(schema: GraphQLSchema): Prepare {
  const recent = createRecent<Entry>(KEPT_CHARACTERS);

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

  return (request, known) => {
    if (request.query.length > limits.queryLength) {
      throw tooComplex(
        `it is ${request.query.length} characters long, at most ${limits.queryLength} are taken`,
      );
    }
    const key = `${request.operationName ?? ''}\n${request.query}`;
    const kept = recent.get(key);
    const entry = kept ?? read(request);
    check(entry, request.variables ?? {});
    checkVariables(schema, entry, request.variables ?? {});
    if (!kept && known && key.length <= KEPT_LENGTH) recent.keep(key, entry);
    return { document: entry.document, operation: entry.operation, again: kept !== undefined };
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
