import type { FastifyInstance } from 'fastify';
import { fault } from '../../core/errors.ts';
import type { ImageService } from '../../domains/images/image.ts';
import type { Job, JobService } from '../../domains/images/jobs/job.ts';
import { STREAMS_BODY } from './limits/body-deadline.ts';
import { addTarRoutes, withTar } from './tar-body.ts';

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
