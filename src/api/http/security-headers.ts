import helmet from '@fastify/helmet';
import type { FastifyHelmetOptions } from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** Origin from which GraphiQL's page loads its scripts, only in development. */
const GRAPHIQL_SOURCE = 'https://unpkg.com';

/** Adds the security headers of Berth's pages. */
export async function addSecurityHeaders(
  app: FastifyInstance,
  { publicUrl, development }: { publicUrl: string | undefined; development: boolean },
): Promise<void> {
  const https = publicUrl?.startsWith('https:') ?? false;
  if (development) allowGraphiql(app);
  await app.register(helmet, {
    contentSecurityPolicy: policy([]),
    // Over plain HTTP, browsers ignore these two; one of them causes a warning.
    strictTransportSecurity: https,
    crossOriginOpenerPolicy: https,
    // With "no-referrer", browsers send `Origin: null` with forms, so Berth would reject its own forms.
    referrerPolicy: { policy: 'same-origin' },
  });
}

/** Must be added before Helmet, whose hook reads the option that this one sets. */
function allowGraphiql(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/graphiql'))
      route.helmet = { contentSecurityPolicy: policy([GRAPHIQL_SOURCE]) };
  });
}

/** Returns a content security policy that allows only Berth's own files and `others`. */
function policy(others: string[]): NonNullable<FastifyHelmetOptions['contentSecurityPolicy']> {
  const own = ["'self'", ...others];
  return {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: own,
      // xterm creates style elements for the layout of its rows.
      styleSrc: [...own, "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:', 'blob:'],
      fontSrc: ["'self'", 'data:'],
      // 'self' includes WebSockets of this host.
      connectSrc: own,
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'self'"],
    },
  };
}
