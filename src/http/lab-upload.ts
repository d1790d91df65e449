import type { FastifyInstance } from 'fastify';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fault } from '../errors.ts';
import type { LabService } from '../labs/lab-service.ts';
import { ARCHIVE_LIMIT_BYTES } from '../labs/sources/lab-archive.ts';
import { limitedBody } from './limited-body.ts';
import { TAR_TYPES } from './tar-types.ts';

interface OneLab {
  Params: { slug: string };
}

/**
 * `PUT /api/v1/labs/:slug` makes the tar in its body that lab, `DELETE` takes one away that came so.
 * Who may not is told before anything is read.
 */
export async function addLabUpload(
  app: FastifyInstance,
  { labs }: { labs: Pick<LabService, 'upload' | 'removeUploaded'> },
): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(TAR_TYPES, (_request, body, done) => done(null, body));

    scope.put<OneLab & { Body: Readable | undefined }>('/api/v1/labs/:slug', async (request, reply) => {
      const { actor, params, body } = request;
      if (!body) throw fault('MEDIA_TYPE_UNSUPPORTED', { type: '' });
      const tar = limitedBody(body, ARCHIVE_LIMIT_BYTES);
      const lab = await labs
        .upload(actor, params.slug, () => buffer(tar))
        .finally(() => {
          // What was not read to its end is not waited for either.
          if (!tar.readableEnded) reply.header('connection', 'close');
        });
      return reply.header('cache-control', 'no-store').send(lab);
    });

    scope.delete<OneLab>('/api/v1/labs/:slug', async ({ actor, params }, reply) => {
      if (!(await labs.removeUploaded(actor, params.slug)))
        throw fault('LAB_NOT_FOUND', { lab: params.slug });
      return reply.code(204).send();
    });
  });
}
