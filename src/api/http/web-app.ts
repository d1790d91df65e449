import { existsSync } from 'node:fs';
import { join } from 'node:path';
import files from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fault } from '../../core/errors.ts';

/** Names of built files contain a hash of their content, so the files never change. */
const HASHED = 'public, max-age=31536000, immutable';
/** Clients revalidate each time, and receive 304 if nothing has changed. */
const CHECKED = 'no-cache';

/** Paths for programs. A page as response to a wrong one would hide the mistake. */
const NO_PAGES = /^\/(api|graphql|ws|lti|assets)(\/|$)/;

/** Serves the built web app in `folder`. Its index.html is the response for every path that may be one of the app's. */
export async function addWebApp(app: FastifyInstance, { folder }: { folder: string }): Promise<void> {
  const built = existsSync(join(folder, 'index.html'));
  const options = { config: { public: true } };

  await app.register(async (scope) => {
    if (built) {
      await scope.register(files, {
        root: folder,
        wildcard: false,
        index: false,
        cacheControl: false,
        setHeaders(reply, path) {
          const hashed = path.startsWith(join(folder, 'assets/'));
          void reply.header('cache-control', hashed ? HASHED : CHECKED);
        },
      });
    }
    scope.get('/*', options, async (request, reply) => {
      if (!wantsPage(request)) throw fault('NOT_FOUND', { thing: 'page' });
      return built ? reply.sendFile('index.html') : sendNotBuilt(reply);
    });
  });
}

function wantsPage(request: FastifyRequest): boolean {
  const [path = ''] = request.url.split('?');
  return !NO_PAGES.test(path) && (request.headers.accept?.includes('text/html') ?? false);
}

function sendNotBuilt(reply: FastifyReply): FastifyReply {
  return reply
    .code(503)
    .header('cache-control', 'no-store')
    .type('text/plain; charset=utf-8')
    .send('The web app is not built. "npm start" builds it. The API works without it.\n');
}
