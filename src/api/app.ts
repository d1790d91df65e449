import { fileURLToPath } from 'node:url';
import websocket from '@fastify/websocket';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.ts';
import { registerGraphql } from './graphql/graphql.ts';
import { accountOf, createQueryBudget } from './graphql/limits/query-budget.ts';
import { addAuthentication } from './http/sign-in/authentication.ts';
import { addEarlyRefusals } from './http/early-refusals.ts';
import { addBodyDeadline, addOpenRequests } from './http/request-ends.ts';
import { createHostRouter } from './http/host-router.ts';
import type { HeadTimes } from './http/host-router.ts';
import { addAttempts } from './http/attempts.ts';
import { createCsvDownloads } from './http/csv.ts';
import { addGradebook } from './http/gradebook.ts';
import { addSessions } from './http/sessions.ts';
import { addCourses } from './http/courses.ts';
import { addImageUpload, addLabUpload } from './http/tar-uploads.ts';
import { addFiles } from './http/files.ts';
import { addHealth } from './http/health.ts';
import { loggingOptions, addRequestIds } from './http/logging.ts';
import { addMetrics } from './http/metrics.ts';
import { addProblems, frameworkErrors } from './http/problem.ts';
import { addRestBudget } from './http/rest-budget.ts';
import { addRecordings } from './http/recordings.ts';
import { addSecurityHeaders } from './http/security-headers.ts';
import { createPreviewHosts } from './shared/preview-hosts.ts';
import { registerPreviews } from './http/previews/preview-handler.ts';
import { createSessionCookie } from './shared/credentials.ts';
import { addSignIn } from './http/sign-in/sign-in.ts';
import { addWebApp } from './http/web-app.ts';
import type { Services } from '../services.ts';
import { registerTerminalSocket } from './ws/terminal-socket.ts';
import { websocketOptions } from './ws/websocket-options.ts';

/** Folder of the built web app. `src` and `dist` are at the same level, so the path holds for both. */
const webFolder = fileURLToPath(new URL('../../dist/web', import.meta.url));

/**
 * Largest body of a route that sets no limit, in bytes: that of a JSON call. It is read into memory, and parsing it must
 * take no time that others notice.
 */
const BODY_LIMIT_BYTES = 16 * 1024;

/** Creates the Fastify server without any routes. The service needs its log before it registers them. */
export function createServer(config: Config, times: HeadTimes = {}): FastifyInstance {
  const hostRouter = createHostRouter({
    ...times,
    log: () => app.log,
    total: config.maxConnections,
    perClient: config.maxConnectionsPerClient,
    trustProxy: config.trustProxy,
  });
  const app: FastifyInstance = Fastify({
    ...loggingOptions({ level: config.logLevel }),
    frameworkErrors,
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: config.trustProxy,
    serverFactory: hostRouter.serverFactory,
  });
  return app.decorate('hostRouter', hostRouter);
}

/** Registers all transports on `app`. */
export async function addTransports(app: FastifyInstance, config: Config, services: Services): Promise<void> {
  const { publicUrl, allowedOrigins, development } = config;
  const { authentication, credentialWatch, events, rateLimits, contained } = services;
  const cookie = createSessionCookie({ publicUrl });
  const previewHosts = createPreviewHosts(config);
  addProblems(app, { count: services.metrics.contained });
  addRequestIds(app);
  addBodyDeadline(app, { limitMs: config.bodyTimeoutSeconds * 1_000 });
  await addSecurityHeaders(app, { publicUrl, development });
  // Before authentication: see addAuthentication.
  await app.register(websocket, websocketOptions);
  await addAuthentication(app, { authentication, cookie, publicUrl });
  addEarlyRefusals(app);
  addOpenRequests(app, { credentialWatch });
  const budget = createQueryBudget();
  addRestBudget(app, { budget, accountOf });
  addHealth(app, { probes: services.probes });
  services.metrics.setRefusedCounter(app.hostRouter.refused);
  addMetrics(app, { metrics: services.metrics });
  await addSignIn(app, { authentication, cookie, publicUrl, rateLimits });
  await registerGraphql(app, {
    services,
    budget,
    events,
    contained,
    authentication,
    credentials: credentialWatch,
    cookie,
    publicUrl,
    previewHosts,
    allowedOrigins,
    development,
  });
  await addImageUpload(app, {
    images: services.images,
    jobs: services.jobs,
    limitBytes: config.buildContextBytes,
  });
  await addLabUpload(app, { labs: services.labs });
  await addCourses(app, services);
  addSessions(app, services);
  const csvDownloads = createCsvDownloads();
  addGradebook(app, { ...services, csvDownloads });
  addAttempts(app, { ...services, csvDownloads });
  await addFiles(app, { files: services.files });
  addRecordings(app, { recordings: services.recordings });
  registerTerminalSocket(app, { terminals: services.terminals, contained, publicUrl, allowedOrigins });
  registerPreviews(app, { previews: services.previews, hosts: previewHosts, contained });
  await addWebApp(app, { folder: webFolder });
}
