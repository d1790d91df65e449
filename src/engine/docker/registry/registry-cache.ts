import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { runExec } from '../exec/exec.ts';
import { call } from '../faults.ts';

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
  const keepBytes = Math.floor(limitBytes * KEPT_SHARE);
  const first = await trim(container, { limitBytes, keepBytes, uploads: STALLED });
  if (first.now <= limitBytes) return first;
  const { now } = await trim(container, { limitBytes, keepBytes: 0, uploads: ALL });
  // Removed files take space as long as the registry keeps them open.
  await call(() => container.restart({ t: STOP_SECONDS }));
  return { before: first.before, now };
}

async function trim(
  container: Docker.Container,
  { limitBytes, keepBytes, uploads }: { limitBytes: number; keepBytes: number; uploads: string },
) {
  const { stdout, stderr, outcome } = await runExec(container, {
    command: ['/bin/sh', '-c', TRIM_SCRIPT, 'sh', String(limitBytes), String(keepBytes), uploads],
    timeoutMs: TIMEOUT_MS,
    outputLimitBytes: OUTPUT_BYTES,
  });
  const [, before, now] = /^(\d+) (\d+)$/m.exec(stdout.toString()) ?? [];
  if (before === undefined || now === undefined) {
    const message = stderr.toString().trim() || outcome;
    throw fault('LOCAL_REGISTRY_UNAVAILABLE', { problem: `its cache could not be measured: ${message}` });
  }
  return { before: Number(before), now: Number(now) };
}

/**
 * Reduces the cache of a registry below a limit; the registry cannot do that itself. $1: the maximum bytes;
 * $2: the bytes to keep if there are more; $3: find's condition for downloads to abort. It removes the blobs
 * that were unused for longest, and the links to them, or everything if $2 is 0: the registry downloads
 * missing blobs again. Prints the bytes before and after.
 */
const TRIM_SCRIPT = `
root=/var/lib/berth-registry
used() { du -s -B1 "$root" | cut -f1; }
before=$(used)
cd "$root/docker/registry/v2" 2>/dev/null && [ -d repositories ] && [ -d blobs ] || { echo "$before $before"; exit; }
find repositories -type f -path '*/_uploads/*/data' $3 -printf '%h\\0' | xargs -0r rm -rf --
now=$(used)
if [ "$now" -gt "$1" ] && [ "$2" = 0 ]; then
  rm -rf -- repositories blobs
elif [ "$now" -gt "$1" ]; then
  find blobs -type f -name data -printf '%A@ %T@ %b %h\\n' |
    awk '{ printf "%.0f %.0f %s\\n", ($1 > $2 ? $1 : $2), $3 * 512, $4 }' | sort -n |
    awk -v over=$((now - $2)) 'over > 0 { over -= $2; print $3 }' >/tmp/trimmed
  xargs -r rm -rf -- </tmp/trimmed
  find repositories -type d -regextype posix-extended -regex '.*/[0-9a-f]{64}' -printf '%f %p\\n' |
    awk 'NR == FNR { sub(".*/", ""); gone[$0]; next } $1 in gone { print $2 }' /tmp/trimmed - |
    xargs -r rm -rf --
fi
echo "$before $(used)"
`;
