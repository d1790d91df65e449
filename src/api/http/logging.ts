import type { IncomingMessage } from 'node:http';
import { LogController } from 'fastify';
import type { FastifyReply, FastifyRequest, FastifyServerOptions, FastifyInstance } from 'fastify';
import { newId } from '../../core/ids.ts';

/** Request ids of clients that are accepted: they cannot break a log line or a header. */
const SANE_REQUEST_ID = /^[\w.-]{1,64}$/;

/** Fields that are never logged, at any depth that the logger redacts. */
const SECRET_NAMES = ['secret', 'token', 'ticket', 'password', 'authorization', 'cookie', 'linkSecret'];

/** Returns Fastify's logging options: JSON lines, one for each request, with its id and without secrets or bodies. */
export function loggingOptions({
  level,
  stream,
}: {
  level: string;
  /** Destination of the lines; standard output by default. */
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

/** Returns the client's X-Request-Id if it is accepted, otherwise a new id. */
function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : newId();
}

/** Logs one line for each request, at its end, instead of Fastify's two. */
class RequestLog extends LogController {
  override incomingRequest(): void {
    // The line at the end contains everything.
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
    // The same.
  }
}

function describeRequest(request: { method: string; url: string }) {
  return { method: request.method, url: cleanUrl(request.url) };
}

function describeReply(reply: { statusCode: number }) {
  return { status: reply.statusCode };
}

/** Query parameters that contain credentials. */
const SECRET_PARAMETERS =
  /([?&;](?:ticket|grant|token|secret|access_token|id_token|code|password)=)[^&;#]*/gi;
/** A sign-in link has its secret in the path. */
const SIGN_IN_PATH = /^(\/sign-in\/)[^/?#]+/;
/** Maximum characters of a logged URL. Longer ones are attempts to fill the log. */
const URL_LIMIT = 1_000;

/** Returns a URL for the log, with its secrets replaced. */
export function cleanUrl(url: string): string {
  return url
    .slice(0, URL_LIMIT)
    .replace(SIGN_IN_PATH, '$1[redacted]')
    .replaceAll(SECRET_PARAMETERS, '$1[redacted]');
}

/** Adds the request id to each response, so that reports of failures can name it. */
export function addRequestIds(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
}
