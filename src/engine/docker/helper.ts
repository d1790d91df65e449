import type Docker from 'dockerode';
import { call } from './faults.ts';
import type { CallOptions } from './faults.ts';
import { removeContainer } from './environments/teardown.ts';
import { createDemultiplexer } from './exec/exec-output.ts';
import { TRANSFER_TIMEOUT_MS } from './exec/files.ts';
import { LABEL, labelFilter } from './labels.ts';

/** A helper's exit code and its last lines of output. */
export interface HelperOutcome {
  exitCode: number;
  output: string;
}

/** Runs a helper container until it exits, and removes it. */
export async function runHelper(
  docker: Docker,
  config: Docker.ContainerCreateOptions,
  { timeoutMs, ...creating }: { timeoutMs: number } & Pick<CallOptions, 'missing'>,
): Promise<HelperOutcome> {
  const container = await call(() => docker.createContainer(config), creating);
  try {
    await call(() => container.start());
    const { StatusCode } = (await call(() => container.wait(), { timeoutMs })) as { StatusCode: number };
    return { exitCode: StatusCode, output: await readHelperOutput(container) };
  } finally {
    await removeContainer(docker, container.id);
  }
}

/** Characters to keep of a helper's output: enough to report a failure. The engine limits its log too. */
const MAX_OUTPUT_CHARS = 2_000;

/** Returns the end of a helper's output and error output: the result is in the last lines. */
export async function readHelperOutput(container: Docker.Container): Promise<string> {
  const log = await call(() => container.logs({ stdout: true, stderr: true, tail: 20 }));
  let output = '';
  createDemultiplexer((_, bytes) => {
    output += bytes.toString();
  })(log);
  return output.trim().slice(-MAX_OUTPUT_CHARS);
}

/**
 * Longest lifetime of a helper that reads or fills a volume: creating and starting it may take a minute each.
 */
export const MOVER_LIFETIME_MS = TRANSFER_TIMEOUT_MS + 180_000;

/**
 * Returns the label with the end of a helper's lifetime, so that a later call can remove it after a crash.
 */
export function untilLabel(lifetimeMs: number): Record<string, string> {
  return { [LABEL.until]: String(Date.now() + lifetimeMs) };
}

/** Removes helpers with these labels whose lifetime is over: a crash left them behind. */
export async function removeOverdue(docker: Docker, labels: Record<string, string>): Promise<void> {
  const filters = labelFilter(labels);
  const helpers = await call(() => docker.listContainers({ all: true, filters }));
  const overdue = helpers.filter(({ Labels }) => Number(Labels[LABEL.until] ?? 0) < Date.now());
  // The next call tries again to remove the rest; no lab depends on it.
  await Promise.allSettled(
    overdue.map(({ Id }) => call(() => docker.getContainer(Id).remove({ force: true, v: true }))),
  );
}
