import type { FastifyInstance } from 'fastify';
import { isFault } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';

/** What the service cannot work without; each resolves when it answers. */
export interface Probes {
  database(): Promise<unknown>;
  engine(): Promise<unknown>;
  events(): Promise<unknown>;
}

export interface Readiness {
  status: 'ready' | 'unavailable';
  checks: Record<keyof Probes, ProbeResult>;
}

export interface ProbeResult {
  ok: boolean;
  milliseconds: number;
  /** Code of the catalogue, `TIMED_OUT`, or `FAILED`; the log has more. */
  problem?: string;
}

/** Below the time-outs of those who ask, so that they learn which one is missing. */
const PROBE_LIMIT_MS = 2_000;

/** `/healthz`: the process is alive. `/readyz`: it can work; 503 where something is missing. */
export function addHealth(
  app: FastifyInstance,
  { probes, limitMs = PROBE_LIMIT_MS }: { probes: Probes; limitMs?: number },
): void {
  // Anyone may ask, however often: those who ask while it runs share one run.
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
      log.warn({ err: error, probe: name }, 'Something the service needs does not answer.');
      return isFault(error) ? error.code : 'FAILED';
    }
  })();
  const problem = await Promise.race([answer, timeUp]);
  clearTimeout(timer);
  const milliseconds = Math.round(performance.now() - started);
  return { ok: problem === undefined, milliseconds, ...(problem && { problem }) };
}
