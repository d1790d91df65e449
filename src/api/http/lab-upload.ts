import type { FastifyInstance } from 'fastify';
import { buffer } from 'node:stream/consumers';
import { fault } from '../../core/errors.ts';
import type { LabService } from '../../domains/labs/lab-service.ts';
import { LAB_TAR_LIMIT_BYTES } from '../../domains/labs/reading/lab-tar.ts';
import { STREAMS_BODY } from './limits/body-deadline.ts';
import { addTarRoutes, withTar } from './tar-body.ts';

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
