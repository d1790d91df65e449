/** The import rules of docs/architecture.md, "Import rules". */
const exposed = require('./.import-law.cjs');

const domains = [
  'identity',
  'labs',
  'courses',
  'images',
  'sessions',
  'terminals',
  'files',
  'checks',
  'previews',
  'grades',
  'insights',
  'lab-tests',
];
const foundation = '^src/(config|core|infra|engine)/';
const construct = '^src/(main|services)\\.ts$|^src/api/app\\.ts$|^src/cli/';
const transports = '^src/api/(graphql|http|ws|shared)/';

/** Each domain may import those before it; those in one rank stand side by side. */
const ranks = [
  ['identity'],
  ['labs', 'images'],
  ['courses'],
  ['sessions'],
  ['terminals', 'files', 'checks', 'previews'],
  ['grades', 'insights'],
  ['lab-tests'],
];

const domainLaw = ranks.flatMap((rank, place) =>
  rank.map((domain) => {
    const allowed = new Set([domain, ...ranks.slice(0, place).flat()]);
    const refused = domains.filter((other) => !allowed.has(other));
    return {
      name: `${domain}-imports-only-what-comes-before`,
      severity: 'error',
      from: { path: `^src/domains/${domain}/` },
      to: { path: `^src/domains/(${refused.join('|')})/` },
    };
  }),
);

const storeLaw = domains.map((domain) => ({
  name: `store-of-${domain}-stays-there`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/domains/${domain}/|${construct}` },
  to: { path: `^src/domains/${domain}/.*-store\\.ts$` },
}));

/** Imports into a module are denied, except of the files that it exposes. */
const exposureLaw = Object.entries(exposed).map(([module, files]) => ({
  name: `${module.replace('src/', '').replaceAll('/', '-')}-exposes-other-files`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^${module}/` },
  to: {
    path: `^${module}/`,
    pathNot: `^${module}/(${files.map((file) => file.replaceAll('.', '\\.')).join('|')})$|/generated/`,
  },
}));

module.exports = {
  forbidden: [
    ...exposureLaw,
    ...domainLaw,
    ...storeLaw,
    {
      name: 'foundation-knows-no-domain',
      severity: 'error',
      from: { path: foundation },
      to: { path: '^src/(domains|api|cli|host-setup)/|^src/(main|services)\\.ts$' },
    },
    {
      name: 'domains-know-no-transport',
      severity: 'error',
      from: { path: '^src/domains/' },
      to: { path: '^src/(api|cli|host-setup)/|^src/(main|services)\\.ts$' },
    },
    {
      name: 'transports-see-services-only',
      severity: 'error',
      from: { path: transports },
      to: { path: '-store\\.ts$|^src/infra/database/|^src/engine/docker/|^src/(cli|host-setup)/' },
    },
    {
      name: 'transports-do-not-import-each-other',
      severity: 'error',
      from: { path: '^src/api/(graphql|http|ws)/' },
      to: { path: '^src/api/(graphql|http|ws)/', pathNot: '^src/api/$1/' },
    },
    {
      name: 'what-transports-share-knows-none-of-them',
      severity: 'error',
      from: { path: '^src/api/shared/' },
      to: { path: '^src/api/', pathNot: '^src/api/shared/' },
    },
    {
      name: 'setup-knows-no-domain',
      severity: 'error',
      from: { path: '^src/host-setup/' },
      to: { path: '^src/(domains|api|cli)/' },
    },
    {
      name: 'prisma-only-in-stores-and-database',
      severity: 'error',
      from: { path: '^src/', pathNot: '-store\\.ts$|^src/infra/database/' },
      to: { path: '@prisma/|^src/infra/database/generated/' },
    },
    {
      name: 'dockerode-only-in-engines',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/engine/docker/' },
      to: { path: 'node_modules/(@types/)?(dockerode|docker-modem)' },
    },
    {
      name: 'tar-stream-only-in-core',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/core/tar\\.ts$' },
      to: { path: 'node_modules/(@types/)?tar-stream' },
    },
    {
      name: 'web-frameworks-only-in-transports',
      severity: 'error',
      from: { path: '^src/', pathNot: `${construct}|${transports}` },
      to: { path: 'node_modules/(fastify|@fastify|mercurius|graphql|graphql-ws)/' },
    },
    {
      name: 'only-services-construct-engines',
      severity: 'error',
      from: { path: '^src/', pathNot: `${construct}|^src/engine/|^src/host-setup/` },
      to: { path: '^src/engine/docker/' },
    },
    {
      name: 'service-does-not-need-the-web-app',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(web|test|bench)/' },
    },
    {
      name: 'terminal-client-stands-alone',
      severity: 'error',
      from: { path: '^packages/terminal-client/' },
      to: { pathNot: '^packages/terminal-client/' },
    },
    {
      name: 'terminal-client-only-in-commands',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^packages/terminal-client/' },
    },
    {
      name: 'lab-format-needs-only-markdown-it',
      severity: 'error',
      from: { path: '^packages/lab-format/' },
      to: { pathNot: '^packages/lab-format/|node_modules/markdown-it/' },
    },
    {
      name: 'lab-format-only-in-labs',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/domains/labs/' },
      to: { path: '^packages/lab-format/' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: { pathNot: 'generated/' },
      to: { circular: true, pathNot: 'generated/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^(src|packages)/', pathNot: 'generated/|\\.d\\.ts$' },
      to: {},
    },
    { name: 'resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-development-dependency-in-the-service',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/api/graphql/generate' },
      to: { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: {
      conditionNames: ['import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
};
