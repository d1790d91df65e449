import type { FastifyInstance } from 'fastify';
import { isFault } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';

/** Checks of the services that Berth depends on. Each resolves if the service responds. */
export interface Probes {
  database(): Promise<unknown>;
  engine(): Promise<unknown>;
  events(): Promise<unknown>;
}

/** Creates the checks of what Berth depends on. */
export function createProbes(of: {
  database: { ping(): Promise<unknown> };
  engine: { info(): Promise<unknown> };
  events: { healthy(): boolean };
}): Probes {
  return {
    database: () => of.database.ping(),
    engine: () => of.engine.info(),
    events: async () => {
      if (!of.events.healthy()) throw new Error('Redis does not respond.');
    },
  };
}

export interface Readiness {
  status: 'ready' | 'unavailable';
  checks: Record<keyof Probes, ProbeResult>;
}

interface ProbeResult {
  ok: boolean;
  milliseconds: number;
  /** An error code, `TIMED_OUT` or `FAILED`; the log has the details. */
  problem?: string;
}

/**
 * Maximum time of a check in milliseconds: below the time-outs of usual health checkers, so that they receive the
 * result.
 */
const PROBE_LIMIT_MS = 2_000;

/** Registers `/healthz` (the process is alive) and `/readyz` (it can work; 503 if a dependency does not respond). */
export function addHealth(
  app: FastifyInstance,
  { probes, limitMs = PROBE_LIMIT_MS }: { probes: Probes; limitMs?: number },
): void {
  // Anyone may send any number of requests, so simultaneous ones share one run.
  let running: Promise<Readiness> | undefined;
  const ready = () =>
    (running ??= probeAll(probes, limitMs, app.log).finally(() => {
      running = undefined;
    }));

  const options = { config: { public: true } };
  app.get('/healthz', options, async (_request, reply) => {
    return reply.header('cache-control', 'no-store').send({ status: 'alive' });
  });
  app.get('/readyz', options, async (_request, reply) => {
    const readiness = await ready();
    const code = readiness.status === 'ready' ? 200 : 503;
    return reply.code(code).header('cache-control', 'no-store').send(readiness);
  });
}

async function probeAll(probes: Probes, limitMs: number, log: Log): Promise<Readiness> {
  const run = (name: keyof Probes) => probe(name, () => probes[name](), limitMs, log);
  const [database, engine, events] = await Promise.all([run('database'), run('engine'), run('events')]);
  const status = database.ok && engine.ok && events.ok ? 'ready' : 'unavailable';
  return { status, checks: { database, engine, events } };
}

async function probe(
  name: string,
  work: () => Promise<unknown>,
  limitMs: number,
  log: Log,
): Promise<ProbeResult> {
  const started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<'TIMED_OUT'>((resolve) => {
    timer = setTimeout(resolve, limitMs, 'TIMED_OUT' as const);
  });
  const answer = (async () => {
    try {
      await work();
      return undefined;
    } catch (error) {
      log.warn({ err: error, probe: name }, 'a dependency does not respond');
      return isFault(error) ? error.code : 'FAILED';
    }
  })();
  const problem = await Promise.race([answer, timeUp]);
  clearTimeout(timer);
  const milliseconds = Math.round(performance.now() - started);
  return { ok: problem === undefined, milliseconds, ...(problem && { problem }) };
}
