import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fault, isFault } from '../../../core/errors.ts';
import type { RateLimits } from '../../../infra/rate-limits/rate-limits.ts';
import type { AuthenticationService } from '../../../domains/identity/user.ts';
import { siteOf } from './authentication.ts';
import type { SessionCookie } from '../../shared/credentials.ts';
import { escapeHtml, htmlPage } from '../html-page.ts';

const head = '<link rel="icon" href="/icon.svg" type="image/svg+xml">';

/** Returns a page with a button, so that mail scanners, which open links, do not use up the link. */
function signInPage(secret: string): string {
  const content = `<form method="post" action="/sign-in">
      <input type="hidden" name="secret" value="${escapeHtml(secret)}">
      <p>This link works once.</p>
      <button>Sign in</button>
    </form>`;
  return htmlPage({ title: 'Sign in to Berth', content, head });
}

function signInFailedPage(message: string): string {
  return htmlPage({ title: 'Not signed in', content: `<p>${escapeHtml(message)}</p>`, head });
}

/**
 * Requests of one address in a minute: a class behind one gateway opens its links at once, and 256 bits cannot be
 * guessed.
 */
const TRIES = 300;
/** Enough for the secret and its field name. */
const BODY_LIMIT_BYTES = 1_024;
const SECRET_LIMIT = 200;

/** Registers the pages of sign-in links, and signing out. */
export async function addSignIn(
  app: FastifyInstance,
  {
    authentication,
    cookie,
    publicUrl,
    rateLimits,
    tries = TRIES,
  }: {
    authentication: Pick<AuthenticationService, 'signIn' | 'signOut'>;
    cookie: SessionCookie;
    publicUrl: string | undefined;
    rateLimits: Pick<RateLimits, 'create'>;
    /** Requests of one address in a minute. */
    tries?: number;
  },
): Promise<void> {
  await app.register(async (scope) => {
    const limit = rateLimits.create({ name: 'sign-in', max: tries, seconds: 60 });
    scope.addHook('onRequest', async ({ ip }, reply) => {
      const { exceeded, remaining, seconds } = await limit.take(ip);
      reply.headers({
        'x-ratelimit-limit': tries,
        'x-ratelimit-remaining': remaining,
        'x-ratelimit-reset': seconds,
      });
      if (exceeded) throw exceeded;
    });
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      async (_request: FastifyRequest, body: string) => Object.fromEntries(new URLSearchParams(body)),
    );

    scope.get<{ Params: { secret: string } }>('/sign-in/:secret', open, async (request, reply) =>
      sendPage(reply, 200, signInPage(request.params.secret)),
    );

    scope.post('/sign-in', open, async (request, reply) => {
      if (siteOf(request, publicUrl) === 'other') throw fault('CROSS_SITE_REFUSED');
      try {
        const { secret, expiresAt } = await authentication.signIn(readSecret(request.body));
        cookie.set(reply, secret, expiresAt);
        return reply.redirect('/', 303);
      } catch (error) {
        if (!isFault(error, 'SIGN_IN_LINK_INVALID') || !wantsHtml(request)) throw error;
        return sendPage(reply, error.status, signInFailedPage(error.message));
      }
    });

    scope.post('/sign-out', { bodyLimit: BODY_LIMIT_BYTES }, async (request, reply) => {
      const secret = cookie.read(request);
      if (secret !== undefined) await authentication.signOut(secret);
      cookie.clear(reply);
      return wantsHtml(request) ? reply.redirect('/', 303) : reply.code(204).send();
    });
  });
}

/** Public, because the user of a link may be signed in as someone else or have an expired cookie. */
const open = { bodyLimit: BODY_LIMIT_BYTES, config: { public: true } };

/** @throws SIGN_IN_LINK_INVALID for a body without a secret */
function readSecret(body: unknown): string {
  const secret = typeof body === 'object' && body !== null && 'secret' in body ? body.secret : undefined;
  if (typeof secret !== 'string' || secret.length > SECRET_LIMIT) throw fault('SIGN_IN_LINK_INVALID');
  return secret;
}

function wantsHtml(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') ?? false;
}

function sendPage(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(html);
}
