import type { IncomingMessage } from 'node:http';
import { LogController } from 'fastify';
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { newId } from '../../core/ids.ts';
import { cleanUrl } from './clean-url.ts';

/** A caller's id is taken when it can break neither a log line nor a header. */
const SANE_REQUEST_ID = /^[\w.-]{1,64}$/;

/** Never logged, wherever someone hands them to the logger. */
const SECRET_NAMES = ['secret', 'token', 'ticket', 'password', 'authorization', 'cookie', 'linkSecret'];

/** Fastify's options for logs: JSON lines, one for each request, with its id and without secrets or bodies. */
export function loggingOptions({
  level,
  stream,
}: {
  level: string;
  /** Where lines go, when not to standard output. */
  stream?: { write(line: string): void };
}) {
  return {
    logger: {
      level,
      redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
      serializers: { req: describeRequest, res: describeReply },
      ...(stream && { stream }),
    },
    logController: new RequestLog({ requestIdLogLabel: 'requestId' }),
    requestIdHeader: false,
    genReqId: requestId,
  } satisfies FastifyServerOptions;
}

/** The caller's X-Request-Id where it is sane, else a new one. */
function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : newId();
}

/** Says once what came of a request, instead of twice that there was one. */
class RequestLog extends LogController {
  override incomingRequest(): void {
    // The line at the end says all.
  }

  override requestCompleted(error: Error | null, request: FastifyRequest, reply: FastifyReply): void {
    const line = {
      method: request.method,
      url: cleanUrl(request.url),
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ...(error && { err: error }),
    };
    request.log.info(line, 'request');
  }

  override routeNotFound(): void {
    // Likewise.
  }
}

function describeRequest(request: { method: string; url: string }) {
  return { method: request.method, url: cleanUrl(request.url) };
}

function describeReply(reply: { statusCode: number }) {
  return { status: reply.statusCode };
}
