import helmet from '@fastify/helmet';
import type { FastifyHelmetOptions } from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** Where GraphiQL's page loads its programs from; in development only. */
const GRAPHIQL_SOURCE = 'https://unpkg.com';

/** Headers that keep pages of Berth from being used against their readers. */
export async function addSecurityHeaders(
  app: FastifyInstance,
  { publicUrl, development }: { publicUrl: string | undefined; development: boolean },
): Promise<void> {
  const https = publicUrl?.startsWith('https:') ?? false;
  if (development) allowGraphiql(app);
  await app.register(helmet, {
    contentSecurityPolicy: policy([]),
    // Over plain http browsers ignore these two, the one silently, the other with a warning.
    strictTransportSecurity: https,
    crossOriginOpenerPolicy: https,
    // With "no-referrer", browsers send `Origin: null` with forms, and then no form is known for our own.
    referrerPolicy: { policy: 'same-origin' },
  });
}

/** Helmet's own hook reads the option that this one sets, so it must be added before. */
function allowGraphiql(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/graphiql'))
      route.helmet = { contentSecurityPolicy: policy([GRAPHIQL_SOURCE]) };
  });
}

/** Own files only, with `others`. */
function policy(others: string[]): NonNullable<FastifyHelmetOptions['contentSecurityPolicy']> {
  const own = ["'self'", ...others];
  return {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: own,
      // xterm lays its rows out by style elements that it makes.
      styleSrc: [...own, "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      fontSrc: ["'self'", 'data:'],
      // Sockets of this host are of 'self' as well.
      connectSrc: own,
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'self'"],
    },
  };
}
