import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FastifyInstance } from 'fastify';
import { boundaries } from '../../core/containment.ts';
import type { Boundary } from '../../core/containment.ts';
import { requireActor } from '../../domains/identity/actor.ts';

/** In seconds: from a response served from memory to a timeout. */
const REQUEST_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];
/** In seconds: from a prewarmed environment to an image that must be pulled. */
const PROVISIONING_BUCKETS = [0.25, 0.5, 1, 2, 5, 15, 60, 300];

type Metrics = ReturnType<typeof createMetrics>;

/** Creates the metrics of the service, with a separate registry for each call. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  let countSessions = noSessions;
  void new Gauge({
    name: 'berth_sessions',
    help: 'Sessions by state.',
    labelNames: ['state'],
    registers,
    async collect() {
      const counts = await countSessions();
      this.reset();
      for (const [state, count] of Object.entries(counts)) this.set({ state }, count ?? 0);
    },
  });
  let countWarm = noPools;
  void new Gauge({
    name: 'berth_warm_environments',
    help: 'Prewarmed environments by lab: ready, being created, and wanted.',
    labelNames: ['lab', 'state'],
    registers,
    async collect() {
      const pools = await countWarm();
      this.reset();
      for (const { labSlug: lab, ready, creating, wanted } of pools) {
        for (const [state, count] of Object.entries({ ready, creating, wanted }))
          this.set({ lab, state }, count);
      }
    },
  });
  const warmStarts = new Counter({
    name: 'berth_warm_starts_total',
    help: 'Starts of labs that have prewarmed environments: hit took one, miss found none, lost found one that no longer ran.',
    labelNames: ['outcome'],
    registers,
  });
  let countTerminals = noTerminals;
  void new Gauge({
    name: 'berth_terminals_open',
    help: 'Open terminals of this process.',
    registers,
    collect() {
      this.set(countTerminals());
    },
  });
  let readDisk = noDisk;
  void new Gauge({
    name: 'berth_engine_disk_free_bytes',
    help: "Free bytes on the engine's disk, as last measured.",
    registers,
    collect() {
      this.remove();
      const disk = readDisk();
      if (disk) this.set(disk.freeBytes);
    },
  });
  void new Gauge({
    name: 'berth_engine_disk_reserve_bytes',
    help: "Minimum free bytes on the engine's disk for starting a session.",
    registers,
    collect() {
      this.remove();
      const disk = readDisk();
      if (disk) this.set(disk.reserveBytes);
    },
  });
  void new Gauge({
    name: 'berth_engine_disk_free_files',
    help: "Number of files that still fit on the engine's disk, as last measured.",
    registers,
    collect() {
      this.remove();
      const files = readDisk()?.files;
      if (files) this.set(files.free);
    },
  });
  const checks = new Counter({
    name: 'berth_checks_total',
    help: 'Finished attempts by verdict.',
    labelNames: ['verdict'],
    registers,
  });
  const containedErrors = new Counter({
    name: 'berth_contained_errors_total',
    help: 'Exceptions by the boundary that caught them; "process" counts those that no other boundary caught.',
    labelNames: ['boundary'],
    registers,
  });
  for (const boundary of boundaries) containedErrors.inc({ boundary }, 0);
  let countRefused = noneRefused;
  void new Counter({
    name: 'berth_refused_connections_total',
    help: 'Connections, or requests of a trusted proxy, that were refused because their client, or all clients together, had too many.',
    registers,
    collect() {
      this.reset();
      this.inc(countRefused());
    },
  });
  const provisioning = new Histogram({
    name: 'berth_provisioning_seconds',
    help: 'Time from the request for a session until it was ready or failed, including the wait in the queue.',
    labelNames: ['outcome'],
    buckets: PROVISIONING_BUCKETS,
    registers,
  });
  const requests = new Histogram({
    name: 'berth_http_request_seconds',
    help: 'Response time of requests by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_BUCKETS,
    registers,
  });

  return {
    warmStart: (outcome: 'hit' | 'miss' | 'lost') => warmStarts.inc({ outcome }),
    /** Reads the numbers of sessions, prewarmed environments and terminals, and the disk, at each scrape. */
    watch(
      sessions: {
        countByState: () => Promise<Partial<Record<string, number>>>;
        countWarm: () => Promise<WarmCount[]>;
        disk: () => DiskSpace | undefined;
      },
      terminals: { shellCount: () => number },
    ): void {
      countSessions = sessions.countByState;
      countWarm = sessions.countWarm;
      readDisk = sessions.disk;
      countTerminals = terminals.shellCount;
    },
    /** Sets the function that returns the number of refused connections. Called at each scrape. */
    setRefusedCounter(count: () => number): void {
      countRefused = count;
    },
    contained: (boundary: Boundary) => containedErrors.inc({ boundary }),
    checkFinished: (verdict: 'passed' | 'failed' | 'errored') => checks.inc({ verdict }),
    provisioned: (outcome: 'ready' | 'failed', seconds: number) => provisioning.observe({ outcome }, seconds),
    requestAnswered: (labels: { method: string; route: string; status: number }, seconds: number) =>
      requests.observe(labels, seconds),
    contentType: registry.contentType,
    /** Returns all metrics in Prometheus' text format. */
    print: () => registry.metrics(),
  };
}

/** Prewarmed environments of one lab. */
interface WarmCount {
  labSlug: string;
  ready: number;
  creating: number;
  wanted: number;
}

async function noPools(): Promise<WarmCount[]> {
  return [];
}

/** State of the engine's disk. `files` is present if the number of files is limited. */
interface DiskSpace {
  freeBytes: number;
  reserveBytes: number;
  files?: { free: number } | undefined;
}

function noDisk(): DiskSpace | undefined {
  return undefined;
}

function noneRefused(): number {
  return 0;
}

function noTerminals(): number {
  return 0;
}

async function noSessions(): Promise<Partial<Record<string, number>>> {
  return {};
}

/**
 * Registers `/metrics` for Prometheus, and measures requests. The numbers reveal how many people learn here and when,
 * so the route requires an admin's token with the scope "read". Checking for a local client address would not be
 * enough: behind a proxy, all clients have it.
 */
export function addMetrics(app: FastifyInstance, { metrics }: { metrics: Metrics }): void {
  app.addHook('onResponse', async (request, reply) => {
    // The response of a WebSocket ends when it closes, perhaps hours later.
    if (request.headers.upgrade !== undefined) return;
    // The pattern instead of the URL, so that each route is one series for all ids.
    const route = request.routeOptions.url ?? 'none';
    const { method } = request;
    metrics.requestAnswered({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });

  app.get('/metrics', async (request, reply) => {
    requireActor(request.actor, { scope: 'read', role: 'admin' });
    return reply.type(metrics.contentType).send(await metrics.print());
  });
}
