import type { FastifyInstance } from 'fastify';

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
export function addGraphiql(app: FastifyInstance): void {
  app.get('/graphiql', (_, reply) => reply.type('text/html; charset=utf-8').send(page));
  app.get('/graphiql/main.js', (_, reply) => reply.type('text/javascript; charset=utf-8').send(program));
}
