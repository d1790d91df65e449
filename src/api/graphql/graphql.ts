import type { FastifyInstance } from 'fastify';
import { mercurius } from 'mercurius';
import type { AuthenticationService } from '../../domains/identity/user.ts';
import type { CredentialWatch } from '../../domains/identity/credential-watch.ts';
import type { SessionCookie } from '../shared/credentials.ts';
import type { GraphqlContext, ContextSource } from './context.ts';
import { formatError } from './errors.ts';
import { addHttpRoute } from './http-route.ts';
import { createPreparer } from './limits/prepare.ts';
import { createQueryBudget } from './limits/query-budget.ts';
import type { QueryBudget } from './limits/query-budget.ts';
import { createSchema } from './schema.ts';
import type { ConnectionCount } from './subscriptions/counts.ts';
import { addSubscriptionRoute } from './subscriptions/route.ts';

/** Number of executions by mercurius after which it compiles a query. It does not see the first execution of a query. */
const COMPILE_AFTER = 2;
/** Number of queries in each of mercurius' two cache generations. Each cached query takes three times its own memory, plus its compiled code. */
const COMPILED_QUERIES = 50;

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
    /** Replaces the usual budget in tests. */
    budget?: QueryBudget;
    /** Replaces the usual count in tests. */
    connections?: ConnectionCount;
    allowedOrigins: readonly string[];
    development: boolean;
  },
): Promise<void> {
  const schema = createSchema();
  const shared = { schema, prepare: createPreparer(schema), budget: options.budget ?? createQueryBudget() };
  await app.register(mercurius, {
    schema,
    routes: false,
    jit: COMPILE_AFTER,
    cache: COMPILED_QUERIES,
    errorFormatter: ({ data, errors }, context) => {
      // Mercurius passes on the context that this plugin gives it.
      const graphqlContext = context as unknown as GraphqlContext;
      return {
        statusCode: 200,
        response: { data, errors: errors.map((error) => formatError(error, graphqlContext)) },
      };
    },
  });
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
