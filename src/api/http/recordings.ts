import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readGlobalId } from '../shared/global-id.ts';
import type { RecordingService } from '../../domains/terminals/recordings/recording.ts';
import { asAttachment, sendBytes } from './downloads.ts';
import { turnOf } from './request-ends.ts';

/** Media type of asciicast. */
const CAST_TYPE = 'application/x-asciicast';

/** Registers the download of terminal recordings as asciicast v3; `:recording` is a GraphQL id. */
export function addRecordings(
  app: FastifyInstance,
  { recordings }: { recordings: Pick<RecordingService, 'read'> },
): void {
  app.get(
    '/api/v1/recordings/:recording.cast',
    { exposeHeadRoute: false },
    async (request: FastifyRequest<{ Params: { recording: string } }>, reply) => {
      const known = readGlobalId(request.params.recording);
      const id = known?.type === 'Recording' ? known.id : '';
      await turnOf(reply.raw);
      const gzip = takesGzip(request.headers['accept-encoding']);
      const { recording, content } = await recordings.read(request.actor, id, { gzip });
      const { labSlug, machine, startedAt } = recording;
      const start = startedAt.toISOString().slice(0, 16).replace(':', '');
      reply
        .type(CAST_TYPE)
        .header('content-disposition', asAttachment(`${labSlug}-${machine}-${start}.cast`))
        .header('x-content-type-options', 'nosniff')
        .header('cache-control', 'no-store')
        .header('vary', 'accept-encoding');
      if (gzip) reply.header('content-encoding', 'gzip');
      return sendBytes(reply, content);
    },
  );
}

function takesGzip(accepted: string | string[] | undefined): boolean {
  return /(^|,)\s*(gzip|\*)\s*(,|;\s*q=(1|0\.\d*[1-9])|$)/.test(String(accepted ?? ''));
}
