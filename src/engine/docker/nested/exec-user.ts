import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { call } from '../faults.ts';
import { LABEL } from '../labels.ts';
import { readPasswd, resolveUserId } from '../environments/machine-user.ts';

/** Maximum number of machines whose profile is cached. It never changes; the oldest entries are removed. */
const MAX_CACHED = 4_096;
const nested = new Map<string, Promise<{ user: string } | undefined>>();

/**
 * Creates a command in a container. All commands in machines must use this function: in a machine with its
 * own engine no command may run as root, since /proc is not masked there.
 * @throws ROOT_REFUSED
 */
export async function createExec(
  container: Docker.Container,
  options: Docker.ExecCreateOptions,
): Promise<Docker.Exec> {
  if (options.User) await refuseRootInNested(container, options.User);
  return call(() => container.exec(options));
}

async function refuseRootInNested(container: Docker.Container, user: string): Promise<void> {
  const machine = await nestedMachine(container);
  // The machine's own user is not root: that was verified when it was created.
  if (!machine || user === machine.user) return;
  if (!resolveUserId(user, await readPasswd(container))) throw fault('ROOT_REFUSED');
}

function nestedMachine(container: Docker.Container): Promise<{ user: string } | undefined> {
  const known = nested.get(container.id);
  if (known) return known;
  const reading = readNested(container);
  reading.catch(() => nested.delete(container.id));
  const [oldest] = nested.keys();
  if (nested.size >= MAX_CACHED && oldest !== undefined) nested.delete(oldest);
  nested.set(container.id, reading);
  return reading;
}

async function readNested(container: Docker.Container): Promise<{ user: string } | undefined> {
  const { Config } = await call(() => container.inspect());
  return Config.Labels[LABEL.profile] === 'nested' ? { user: Config.User } : undefined;
}
