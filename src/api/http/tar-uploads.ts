import { buffer } from 'node:stream/consumers';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { fault } from '../../core/errors.ts';
import type { ImageService } from '../../domains/images/image.ts';
import type { Job, JobService } from '../../domains/images/jobs/job.ts';
import type { LabService } from '../../domains/labs/lab-service.ts';
import { LAB_TAR_LIMIT_BYTES } from '../../domains/labs/reading/lab-tar.ts';
import { STREAMS_BODY } from './request-ends.ts';

interface OneLab {
  Params: { slug: string };
}

/**
 * Registers `PUT /api/v1/labs/:slug`, which stores the tar in its body as the lab, and `DELETE`, which removes an
 * uploaded lab. Requests without permission are rejected before their body is read.
 */
export async function addLabUpload(
  app: FastifyInstance,
  { labs }: { labs: Pick<LabService, 'upload' | 'removeUploaded'> },
): Promise<void> {
  await addTarRoutes(app, (scope) => {
    scope.put<OneLab>('/api/v1/labs/:slug', STREAMS_BODY, async (request, reply) => {
      const { actor, params } = request;
      const lab = await withTar(request, reply, LAB_TAR_LIMIT_BYTES, (tar) =>
        labs.upload(actor, params.slug, () => buffer(tar)),
      );
      return reply.header('cache-control', 'no-store').send(lab);
    });

    scope.delete<OneLab>('/api/v1/labs/:slug', async ({ actor, params }, reply) => {
      if (!(await labs.removeUploaded(actor, params.slug)))
        throw fault('LAB_NOT_FOUND', { lab: params.slug });
      return reply.code(204).send();
    });
  });
}

/**
 * Registers `POST /api/v1/images/builds?name=…`, which streams the tar in its body to the engine and builds an image
 * from it, and `GET /api/v1/jobs/:id`, which returns the state of a job.
 */
export async function addImageUpload(
  app: FastifyInstance,
  options: {
    images: Pick<ImageService, 'buildUpload'>;
    jobs: Pick<JobService, 'get' | 'log'>;
    /** Maximum size of the body, in bytes. */
    limitBytes: number;
  },
): Promise<void> {
  const { images, jobs, limitBytes } = options;
  await addTarRoutes(app, (scope) => {
    scope.post<{ Querystring: { name?: unknown } }>(
      '/api/v1/images/builds',
      STREAMS_BODY,
      async (request, reply) => {
        const { name } = request.query;
        if (typeof name !== 'string') {
          throw fault('INPUT_INVALID', {
            problem: 'Set the name of the image exactly once, as in "?name=tools:1".',
          });
        }
        const job = await withTar(request, reply, limitBytes, (tar) =>
          images.buildUpload(request.actor, { name, tar }),
        );
        return reply
          .code(202)
          .header('location', `/api/v1/jobs/${job.id}`)
          .header('cache-control', 'no-store')
          .send(asJson(job));
      },
    );

    scope.get<{ Params: { id: string } }>('/api/v1/jobs/:id', async (request, reply) => {
      const { actor, params } = request;
      const [job, log] = [await jobs.get(actor, params.id), await jobs.log(actor, params.id)];
      return reply.header('cache-control', 'no-store').send({ ...asJson(job), log });
    });
  });
}

function asJson({ startedById, ...job }: Job) {
  return { ...job, startedBy: startedById };
}

/** Media types of plain and compressed tars. The reader detects the compression from the content. */
const TAR_TYPES = ['application/x-tar', 'application/tar', 'application/gzip', 'application/x-gzip'];

/** Adds routes whose bodies are streamed tars. */
export async function addTarRoutes(
  app: FastifyInstance,
  add: (scope: FastifyInstance) => void,
): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(TAR_TYPES, (_request, body, done) => done(null, body));
    add(scope);
  });
}

/**
 * Runs `work` with the tar in the request's body, of at most `limitBytes`. Does not wait for data that `work` does not
 * read.
 * @throws MEDIA_TYPE_UNSUPPORTED if the body is not a tar, BODY_TOO_LARGE if its stated length is too large, and the
 * errors of `work`
 */
export async function withTar<T>(
  { body, headers }: FastifyRequest,
  reply: FastifyReply,
  limitBytes: number,
  work: (tar: Readable) => Promise<T>,
): Promise<T> {
  if (!body) throw fault('MEDIA_TYPE_UNSUPPORTED', { type: '' });
  if (Number(headers['content-length'] ?? 0) > limitBytes)
    throw fault('BODY_TOO_LARGE', { limit: limitBytes });
  const tar = limitedBody(body as Readable, limitBytes);
  return work(tar).finally(() => {
    if (tar.readableEnded) return;
    reply.header('connection', 'close');
    // A rejected request is never read, so nothing may wait for its bytes.
    tar.destroy();
  });
}

/** Maximum time to wait for the next byte of the sender, in milliseconds. */
const SILENCE_MS = 60_000;

/**
 * Returns the body of a request as a stream with backpressure. It fails with BODY_TOO_LARGE after `limit` bytes, and with
 * UPLOAD_BROKEN if the sender disconnects or stops sending.
 */
export function limitedBody(body: Readable, limit: number, silenceMs: number = SILENCE_MS): Readable {
  let size = 0;
  const limited = new Transform({
    transform(chunk: Buffer, _, done) {
      timer.refresh();
      size += chunk.length;
      done(size > limit ? fault('BODY_TOO_LARGE', { limit }) : null, chunk);
    },
  });
  const timer = setTimeout(() => {
    // The time-out does not apply while the reader is slow.
    if (limited.writableNeedDrain || limited.readableLength > 0) timer.refresh();
    else limited.destroy(broken(`no data arrived for ${silenceMs / 1000} s`));
  }, silenceMs);
  const onBodyClose = () => {
    if (!body.readableEnded) limited.destroy(broken('its sender disconnected'));
  };
  // The reader gets an error by reading. An error before the first read has no other listener.
  limited.on('error', () => undefined);
  body.once('error', onBodyClose).once('close', onBodyClose).pipe(limited);
  limited.once('close', () => {
    clearTimeout(timer);
    body.off('close', onBodyClose).unpipe(limited);
  });
  return limited;
}

function broken(problem: string) {
  return fault('UPLOAD_BROKEN', { problem });
}
