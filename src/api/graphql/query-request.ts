import { fault } from '../../core/errors.ts';
import { tooComplex } from './errors.ts';
import type { QueryRequest } from './limits/prepare.ts';

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
