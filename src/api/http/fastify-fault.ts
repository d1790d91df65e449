import type { FastifyRequest } from 'fastify';
import { fault } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';

interface HttpError extends Error {
  statusCode: number;
  code?: string;
}

/**
 * The fault that an error of Fastify or a plugin of it means, where it is the request that is
 * wrong; undefined for any other error.
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

/** Errors that say by their status that it was the client. */
function isHttpError(error: unknown): error is HttpError {
  if (!(error instanceof Error) || !('statusCode' in error)) return false;
  const status = error.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500;
}

/** Fastify's own messages speak of the request alone; those of other code could speak of anything. */
function describe(error: HttpError): string {
  if (error instanceof SyntaxError || error.code?.startsWith('FST_ERR_CTP_INVALID_JSON')) {
    return 'The body is not valid JSON.';
  }
  return error.code?.startsWith('FST_') ? error.message : 'The request cannot be understood.';
}
