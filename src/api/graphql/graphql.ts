import type { FastifyInstance } from 'fastify';
import type { AuthenticationService } from '../../domains/identity/user.ts';
import type { CredentialWatch } from '../../domains/identity/credential-watch.ts';
import type { SessionCookie } from '../shared/credentials.ts';
import type { ContextSource } from './context.ts';
import { registerExecutor } from './execute.ts';
import { addHttpRoute } from './http-route.ts';
import { createPreparer } from './limits/prepare.ts';
import { createQueryBudget } from './limits/query-budget.ts';
import type { QueryBudget } from './limits/query-budget.ts';
import { createSchema } from './schema.ts';
import type { ConnectionCount } from './subscriptions/counts.ts';
import { addSubscriptionRoute } from './subscriptions/route.ts';

/**
 * Registers GraphQL at `/graphql`: POST for queries and mutations, graphql-transport-ws for these and for
 * subscriptions. In development, registers GraphiQL at `/graphiql`. Authentication and `@fastify/websocket` must be
 * registered before.
 */
export async function registerGraphql(
  app: FastifyInstance,
  options: ContextSource & {
    authentication: Pick<AuthenticationService, 'byToken' | 'byWebSession'>;
    credentials: Pick<CredentialWatch, 'watch'>;
    cookie: SessionCookie;
    /** The time that each account can use, also by REST calls. */
    budget?: QueryBudget;
    /** Replaces the usual count in tests. */
    connections?: ConnectionCount;
    allowedOrigins: readonly string[];
    development: boolean;
  },
): Promise<void> {
  const schema = createSchema();
  const shared = {
    schema,
    prepare: createPreparer(schema),
    executor: await registerExecutor(app, schema),
    budget: options.budget ?? createQueryBudget(),
  };
  await app.register(async (scope) => {
    scope.removeContentTypeParser('text/plain');
    addHttpRoute(scope, { ...options, ...shared });
    addSubscriptionRoute(scope, { ...options, ...shared });
    if (options.development) addGraphiql(scope);
  });
}

/** The only external source that the security headers allow for this page, and only in development. */
const SOURCE = 'https://unpkg.com';

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>GraphiQL</title>
<link rel="stylesheet" href="${SOURCE}/graphiql@3.8.3/graphiql.min.css">
</head>
<body>
<div id="graphiql" style="height:100vh"></div>
<script src="${SOURCE}/react@18.3.1/umd/react.production.min.js"></script>
<script src="${SOURCE}/react-dom@18.3.1/umd/react-dom.production.min.js"></script>
<script src="${SOURCE}/graphiql@3.8.3/graphiql.min.js"></script>
<script src="/graphiql/main.js"></script>
</body>
</html>
`;

const program = `const fetcher = GraphiQL.createFetcher({
  url: '/graphql',
  subscriptionUrl: location.origin.replace(/^http/, 'ws') + '/graphql',
});
const root = ReactDOM.createRoot(document.getElementById('graphiql'));
root.render(React.createElement(GraphiQL, { fetcher }));
`;

/** Serves GraphiQL at `/graphiql`, signed in by the browser's session cookie. */
function addGraphiql(app: FastifyInstance): void {
  app.get('/graphiql', (_, reply) => reply.type('text/html; charset=utf-8').send(page));
  app.get('/graphiql/main.js', (_, reply) => reply.type('text/javascript; charset=utf-8').send(program));
}
