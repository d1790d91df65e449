import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FastifyInstance } from 'fastify';
import { boundaries } from '../../core/containment.ts';
import type { Boundary } from '../../core/containment.ts';
import { requireActor } from '../../domains/identity/actor.ts';

/** Seconds: from an answer out of memory to one that met a time-out. */
const REQUEST_BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];
/** Seconds: from a warm container to an image that had to be pulled. */
const PROVISIONING_BUCKETS = [0.25, 0.5, 1, 2, 5, 15, 60, 300];

export type Metrics = ReturnType<typeof createMetrics>;

/** What the service counts. Each call makes a registry of its own. */
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
    help: 'Prewarmed environments, by lab: ready, being made, and wanted.',
    labelNames: ['lab', 'state'],
    registers,
    async collect() {
      const pools = await countWarm();
      this.reset();
      for (const { labSlug: lab, ready, making, wanted } of pools) {
        for (const [state, count] of Object.entries({ ready, making, wanted }))
          this.set({ lab, state }, count);
      }
    },
  });
  const warmStarts = new Counter({
    name: 'berth_warm_starts_total',
    help: 'Starts of labs that have prewarmed environments: hit took one, miss found none, lost found one that ran no more.',
    labelNames: ['outcome'],
    registers,
  });
  let countTerminals = noTerminals;
  void new Gauge({
    name: 'berth_terminals_open',
    help: 'Terminals that this process holds open.',
    registers,
    collect() {
      this.set(countTerminals());
    },
  });
  let seeDisk = noDisk;
  void new Gauge({
    name: 'berth_engine_disk_free_bytes',
    help: "Free on the engine's disk, as it was last seen.",
    registers,
    collect() {
      this.remove();
      const disk = seeDisk();
      if (disk) this.set(disk.freeBytes);
    },
  });
  void new Gauge({
    name: 'berth_engine_disk_reserve_bytes',
    help: "Below this much free on the engine's disk no session is begun.",
    registers,
    collect() {
      this.remove();
      const disk = seeDisk();
      if (disk) this.set(disk.reserveBytes);
    },
  });
  void new Gauge({
    name: 'berth_engine_disk_free_files',
    help: "Files that the engine's disk has room for yet, as it was last seen.",
    registers,
    collect() {
      this.remove();
      const files = seeDisk()?.files;
      if (files) this.set(files.free);
    },
  });
  const checks = new Counter({
    name: 'berth_checks_total',
    help: 'Checks that ended, by verdict.',
    labelNames: ['verdict'],
    registers,
  });
  const containedErrors = new Counter({
    name: 'berth_contained_errors_total',
    help: 'Exceptions that a boundary contained; "process" counts those that escaped all others.',
    labelNames: ['boundary'],
    registers,
  });
  for (const boundary of boundaries) containedErrors.inc({ boundary }, 0);
  let countRefused = noneRefused;
  void new Counter({
    name: 'berth_refused_connections_total',
    help: 'Connections, or requests of a trusted proxy, that were refused since their client, or all clients together, had too many.',
    registers,
    collect() {
      this.reset();
      this.inc(countRefused());
    },
  });
  const provisioning = new Histogram({
    name: 'berth_provisioning_seconds',
    help: 'Time from the request for a session until it was ready or had failed, waiting in the queue included.',
    labelNames: ['outcome'],
    buckets: PROVISIONING_BUCKETS,
    registers,
  });
  const requests = new Histogram({
    name: 'berth_http_request_seconds',
    help: 'Time to answer requests, by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: REQUEST_BUCKETS,
    registers,
  });

  return {
    /** Asked at each scrape for the number of sessions in each state. */
    countSessionsBy(count: () => Promise<Partial<Record<string, number>>>): void {
      countSessions = count;
    },
    /** Asked at each scrape for the prewarmed environments. */
    countWarmBy(count: () => Promise<WarmCount[]>): void {
      countWarm = count;
    },
    warmStart: (outcome: 'hit' | 'miss' | 'lost') => warmStarts.inc({ outcome }),
    /** Asked at each scrape for the number of terminals that this process holds. */
    countTerminalsBy(count: () => number): void {
      countTerminals = count;
    },
    /** Asked at each scrape for the engine's disk. */
    seeDiskBy(see: () => SeenDisk | undefined): void {
      seeDisk = see;
    },
    /** Asked at each scrape for the connections that were refused so far. */
    countRefusedBy(count: () => number): void {
      countRefused = count;
    },
    contained: (boundary: Boundary) => containedErrors.inc({ boundary }),
    checkFinished: (verdict: 'passed' | 'failed' | 'errored') => checks.inc({ verdict }),
    provisioned: (outcome: 'ready' | 'failed', seconds: number) => provisioning.observe({ outcome }, seconds),
    requestAnswered: (labels: { method: string; route: string; status: number }, seconds: number) =>
      requests.observe(labels, seconds),
    contentType: registry.contentType,
    /** All of it, in Prometheus' text format. */
    print: () => registry.metrics(),
  };
}

/** Environments of one lab that were prewarmed. */
interface WarmCount {
  labSlug: string;
  ready: number;
  making: number;
  wanted: number;
}

async function noPools(): Promise<WarmCount[]> {
  return [];
}

/** The engine's disk; its files where they are bounded. */
interface SeenDisk {
  freeBytes: number;
  reserveBytes: number;
  files?: { free: number } | undefined;
}

function noDisk(): SeenDisk | undefined {
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
 * `/metrics` for Prometheus, and the measuring of requests. Numbers tell how many learn here and
 * when, so it takes a token of an admin with the scope "read". An address of the machine itself
 * would not do: behind a proxy everyone comes from there.
 */
export function addMetrics(app: FastifyInstance, { metrics }: { metrics: Metrics }): void {
  app.addHook('onResponse', async (request, reply) => {
    // A socket is answered when it closes, hours later.
    if (request.headers.upgrade !== undefined) return;
    // The pattern, never the address: one series for each route, however many ids there are.
    const route = request.routeOptions.url ?? 'none';
    const { method } = request;
    metrics.requestAnswered({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });

  app.get('/metrics', async (request, reply) => {
    requireActor(request.actor, { scope: 'read', role: 'admin' });
    return reply.type(metrics.contentType).send(await metrics.print());
  });
}
