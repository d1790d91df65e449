import type { FastifyRequest } from 'fastify';
import { fault } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';

interface HttpError extends Error {
  statusCode: number;
  code?: string;
}

/**
 * Returns the fault for an error of Fastify or its plugins that an invalid request caused; undefined for any other
 * error.
 */
export function fromFastify(error: unknown, request: FastifyRequest): Fault | undefined {
  if (!isHttpError(error)) return undefined;
  switch (error.statusCode) {
    case 404:
      return fault('NOT_FOUND', { thing: 'page' }, error);
    case 413:
      return fault('BODY_TOO_LARGE', { limit: request.routeOptions.bodyLimit ?? 0 }, error);
    case 415:
      return fault('MEDIA_TYPE_UNSUPPORTED', { type: request.headers['content-type'] ?? '' }, error);
    default:
      return fault('INPUT_INVALID', { problem: describe(error) }, error);
  }
}

/** Returns whether an error has the status of a client error. */
function isHttpError(error: unknown): error is HttpError {
  if (!(error instanceof Error) || !('statusCode' in error)) return false;
  const status = error.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500;
}

/** Only Fastify's own messages are safe to show: they describe the request. Messages of other code could reveal anything. */
function describe(error: HttpError): string {
  if (error instanceof SyntaxError || error.code?.startsWith('FST_ERR_CTP_INVALID_JSON')) {
    return 'The body is not valid JSON.';
  }
  return error.code?.startsWith('FST_') ? error.message : 'The request is invalid.';
}
