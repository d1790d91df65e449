import type Docker from 'dockerode';
import { call } from './faults.ts';
import type { CallOptions } from './faults.ts';
import { readWords } from './helper-words.ts';
import { removeContainer } from './environments/teardown.ts';

/** A helper's exit code and its last lines of output. */
export interface HelperOutcome {
  exitCode: number;
  words: string;
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
    return { exitCode: StatusCode, words: await readWords(container) };
  } finally {
    await removeContainer(docker, container.id);
  }
}
