import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Boundary } from '../../core/containment.ts';
import { fault, isFault } from '../../core/errors.ts';
import type { Fault, FaultCode, FaultDetails } from '../../core/errors.ts';
import { fromFastify } from '../shared/fastify-fault.ts';

/** An error over HTTP: a problem of RFC 9457, with the error code and the request id for finding it in the log. */
export interface Problem {
  type: `urn:berth:problem:${FaultCode}`;
  title: string;
  status: number;
  detail: string;
  code: FaultCode;
  details: FaultDetails;
  requestId: string;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

export function toProblem(error: Fault, requestId: string): Problem {
  return {
    type: `urn:berth:problem:${error.code}`,
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    detail: error.message,
    code: error.code,
    details: error.details,
    requestId,
  };
}

/** Sends a problem for every error of every route, and for unknown paths. Counts those that are INTERNAL. */
export function addProblems(
  app: FastifyInstance,
  options: { count?: (boundary: Boundary) => void } = {},
): void {
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, options.count));
  app.setNotFoundHandler((request, reply) =>
    sendProblem(fault('NOT_FOUND', { thing: 'page' }), request, reply),
  );
}

/**
 * Sends `error` as a problem. An error outside the catalogue is logged, and the client receives only the request id.
 * Also for Fastify's option `frameworkErrors`.
 */
function sendProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  count?: (boundary: Boundary) => void,
): FastifyReply {
  const known = isFault(error) ? error : fromFastify(error, request);
  if (!known) request.log.error({ err: error }, 'unexpected error in a request');
  else if (known.status >= 500) request.log.warn({ err: known }, 'request failed');
  const problem = toProblem(known ?? fault('INTERNAL'), request.id);
  if (problem.code === 'INTERNAL') count?.('request');
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (problem.code === 'RATE_LIMITED') reply.header('retry-after', String(problem.details['seconds']));
  return reply.code(problem.status).header('cache-control', 'no-store').type(PROBLEM_TYPE).send(problem);
}

/** Handles errors that occur before a route is found. */
export function frameworkErrors(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void sendProblem(error, request, reply);
}
