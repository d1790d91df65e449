import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { runExec } from '../exec/exec.ts';
import { call } from '../faults.ts';
import { TRIM_SCRIPT } from './registry-cache-script.ts';

/** Longest look at a cache, in milliseconds: some thousand files on a busy disk. */
const TIMEOUT_MS = 120_000;
/** Two numbers, or why there are none. */
const OUTPUT_BYTES = 4 * 1024;
/** Part of the limit that stays where there was more: so not each layer costs a round of removing. */
const KEPT_PART = 0.8;
/** Layers of which nothing came for so long are of a process that died, or of a registry that stalls. */
const STALLED = '-mmin +10';
const ALL = '';
/** Nothing that the registry does takes so long to break off, in seconds. */
const STOP_SECONDS = 3;

/**
 * Keeps the cache in a registry's container within `limitBytes`, and answers the bytes of before and of
 * now. Where that is not enough, as what is being fetched is too large by itself, that is broken off.
 * @throws LOCAL_REGISTRY_UNAVAILABLE, CONTAINER_NOT_FOUND, MACHINE_NOT_RUNNING
 */
export async function trimCache(
  container: Docker.Container,
  limitBytes: number,
): Promise<{ before: number; now: number }> {
  const kept = Math.floor(limitBytes * KEPT_PART);
  const first = await trim(container, { limitBytes, kept, uploads: STALLED });
  if (first.now <= limitBytes) return first;
  const { now } = await trim(container, { limitBytes, kept: 0, uploads: ALL });
  // What is open keeps its place on the disk although it is removed.
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
    throw fault('LOCAL_REGISTRY_UNAVAILABLE', { problem: `its cache cannot be looked at: ${words}` });
  }
  return { before: Number(before), now: Number(now) };
}
