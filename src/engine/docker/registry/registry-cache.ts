import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { runExec } from '../exec/exec.ts';
import { call } from '../faults.ts';
import { TRIM_SCRIPT } from './registry-cache-script.ts';

/** Timeout of a trim, in milliseconds: it reads some thousand files on a busy disk. */
const TIMEOUT_MS = 120_000;
/** Limit of its output, in bytes: two numbers, or an error. */
const OUTPUT_BYTES = 4 * 1024;
/** Share of the limit that a trim keeps, so that not every new layer needs another trim. */
const KEPT_SHARE = 0.8;
/** find's condition for downloads without progress: their process died, or the registry stalls. */
const STALLED = '-mmin +10';
const ALL = '';
/** Time for the registry to stop, in seconds: nothing that it does takes longer to abort. */
const STOP_SECONDS = 3;

/**
 * Limits the cache in a registry's container to `limitBytes`, and returns the bytes before and after. If a
 * running download alone exceeds the limit, it is aborted.
 * @throws LOCAL_REGISTRY_UNAVAILABLE, CONTAINER_NOT_FOUND, MACHINE_NOT_RUNNING
 */
export async function trimCache(
  container: Docker.Container,
  limitBytes: number,
): Promise<{ before: number; now: number }> {
  const kept = Math.floor(limitBytes * KEPT_SHARE);
  const first = await trim(container, { limitBytes, kept, uploads: STALLED });
  if (first.now <= limitBytes) return first;
  const { now } = await trim(container, { limitBytes, kept: 0, uploads: ALL });
  // Removed files take space as long as the registry keeps them open.
  await call(() => container.restart({ t: STOP_SECONDS }));
  return { before: first.before, now };
}

async function trim(
  container: Docker.Container,
  { limitBytes, kept, uploads }: { limitBytes: number; kept: number; uploads: string },
) {
  const { stdout, stderr, outcome } = await runExec(container, {
    command: ['/bin/sh', '-c', TRIM_SCRIPT, 'sh', String(limitBytes), String(kept), uploads],
    timeoutMs: TIMEOUT_MS,
    outputLimitBytes: OUTPUT_BYTES,
  });
  const [, before, now] = /^(\d+) (\d+)$/m.exec(stdout.toString()) ?? [];
  if (before === undefined || now === undefined) {
    const words = stderr.toString().trim() || outcome;
    throw fault('LOCAL_REGISTRY_UNAVAILABLE', { problem: `its cache could not be measured: ${words}` });
  }
  return { before: Number(before), now: Number(now) };
}
