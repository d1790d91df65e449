import { posix } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FileEntry, FilePlace, FileService, FileStat } from '../../domains/files/file.ts';
import { readGlobalId } from '../shared/global-id.ts';
import { asAttachment, sendBytes } from './downloads.ts';
import { whenClientGone, contentOf, lingering } from '../shared/files-stream.ts';
import { STREAMS_BODY } from './request-ends.ts';
import { z } from 'zod';
import { fault } from '../../core/errors.ts';

/** `?list` and `?list=true` mean true; `?list=false` and an absent parameter mean false. */
const flag = z
  .enum(['', 'true', 'false'], { error: 'is "true" or "false"' })
  .optional()
  .transform((text) => text === '' || text === 'true');
const path = z.string({ error: 'is missing; it is the absolute path in the machine' });
const mode = z
  .string()
  .regex(/^[0-7]{3,4}$/, 'must be octal, such as 644 or 0755')
  .transform((text) => Number.parseInt(text, 8))
  .optional();

/** Schema of the query string for each method. */
const filesQueries = {
  get: z.strictObject({ path, list: flag, as: z.literal('tar', { error: 'is "tar"' }).optional() }),
  head: z.strictObject({ path }),
  put: z.strictObject({ path, mode, parents: flag }),
  post: z.strictObject({
    path,
    as: z.enum(['tar', 'folder'], { error: 'is "tar" or "folder"' }).default('tar'),
    parents: flag,
    keepOwners: flag.optional(),
  }),
  delete: z.strictObject({ path, recursive: flag }),
};

/** Reads the query string of a request. @throws INPUT_INVALID with each invalid parameter and its valid values */
function readQuery<T extends z.ZodType>(
  schema: T,
  { url, query }: { url: string; query: unknown },
): z.infer<T> {
  requireText(url);
  const read = schema.safeParse(query);
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `"${issue.keys.join('", "')}" is not a parameter of this request`
      : `"${issue.path.join('.')}" ${issue.message}`,
  );
  throw fault('INPUT_INVALID', { problem: `Invalid query string: ${problems.join('; ')}.` });
}

/** Rejects a query string that cannot be decoded: read literally, it would name another file. */
function requireText(url: string): void {
  try {
    decodeURIComponent(url);
  } catch (error) {
    throw fault(
      'INPUT_INVALID',
      { problem: 'Invalid query string: it must be percent-encoded UTF-8.' },
      error,
    );
  }
}

/** Path of a machine's files; `:session` is a GraphQL id. */
const FILES_ROUTE = '/api/v1/sessions/:session/machines/:machine/files';

type FilesRequest = FastifyRequest<{ Params: { session: string; machine: string } }>;

/** Registers the routes that read and write files of machines as streams. docs/api-files.md documents them. */
export async function addFiles(app: FastifyInstance, { files }: { files: FileService }): Promise<void> {
  await app.register(async (scope) => {
    // Bodies are streams here, regardless of their media type.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));

    scope.head(FILES_ROUTE, async (request: FilesRequest, reply) => {
      const { path } = readQuery(filesQueries.head, request);
      const stat = await files.stat(request.actor, placeOf(request, path));
      if (stat.kind === 'file') reply.header('content-length', stat.size);
      return describe(reply, stat).type('application/octet-stream').send();
    });

    scope.get(FILES_ROUTE, async (request: FilesRequest, reply) => {
      const query = readQuery(filesQueries.get, request);
      const place = placeOf(request, query.path);
      if (query.list) {
        const { path, entries, truncated } = await files.list(request.actor, place);
        return reply
          .header('cache-control', 'no-store')
          .send({ path, entries: entries.map(show), truncated });
      }
      const name = posix.basename(query.path);
      const client = whenClientGone(reply);
      if (query.as === 'tar') {
        const tar = await files.readTar(request.actor, place, client);
        return sendBytes(download(reply, `${name || 'machine'}.tar`).type('application/x-tar'), tar);
      }
      const { stat, size, content } = await files.read(request.actor, place, client);
      if (size !== undefined) reply.header('content-length', size);
      return sendBytes(describe(download(reply, name), stat).type('application/octet-stream'), content);
    });

    scope.put(FILES_ROUTE, STREAMS_BODY, async (request: FilesRequest, reply) => {
      const { path, mode, parents } = readQuery(filesQueries.put, request);
      const upload = { ...contentOf(request), mode, parents };
      const written = await lingering(request, () =>
        files.write(request.actor, placeOf(request, path), upload, whenClientGone(reply)),
      );
      return { path, ...showStat(written) };
    });

    scope.post(FILES_ROUTE, STREAMS_BODY, async (request: FilesRequest, reply) => {
      const { path, as, parents, keepOwners = true } = readQuery(filesQueries.post, request);
      const place = placeOf(request, path);
      if (as === 'folder') await files.makeFolder(request.actor, place);
      else {
        const upload = { ...contentOf(request), parents, keepOwners };
        await lingering(request, () => files.unpack(request.actor, place, upload, whenClientGone(reply)));
      }
      return reply.code(204).send();
    });

    scope.delete(FILES_ROUTE, async (request: FilesRequest, reply) => {
      const { path, recursive } = readQuery(filesQueries.delete, request);
      await files.remove(request.actor, placeOf(request, path), { recursive });
      return reply.code(204).send();
    });
  });
}

function placeOf({ params }: FilesRequest, path: string): FilePlace {
  const id = readGlobalId(params.session);
  return {
    sessionId: id?.type === 'Session' ? id.id : '',
    machine: params.machine,
    path,
  };
}

/** Sends a file as a download: a learner's file must never run as a page of this service. */
function download(reply: FastifyReply, name: string): FastifyReply {
  return reply.header('content-disposition', asAttachment(name)).header('x-content-type-options', 'nosniff');
}

function describe(reply: FastifyReply, stat: FileStat): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .header('last-modified', stat.modifiedAt.toUTCString())
    .header('berth-file-kind', stat.kind)
    .header('berth-file-mode', octal(stat.mode));
}

function show({ name, uid, gid, target, ...stat }: FileEntry) {
  return { name, ...showStat(stat), uid, gid, target: target ?? null };
}

function showStat({ kind, size, mode, modifiedAt }: FileStat) {
  return { kind, size, mode: octal(mode), modifiedAt: modifiedAt.toISOString() };
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
