import { existsSync } from 'node:fs';
import { join } from 'node:path';
import files from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fault } from '../../core/errors.ts';

/** Names of built files carry a hash of their content: what is there once never changes. */
const HASHED = 'public, max-age=31536000, immutable';
/** Asked for anew each time, answered with 304 while it is the same. */
const CHECKED = 'no-cache';

/** Addresses of programs, where a page would only hide that one is wrong. */
const NO_PAGES = /^\/(api|graphql|ws|lti|assets)(\/|$)/;

/** Serves the built web app in `folder`; its index.html answers for every address that the app itself may know. */
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
    .send('The web app was not built. "npm start" builds it; the API works without it.\n');
}
