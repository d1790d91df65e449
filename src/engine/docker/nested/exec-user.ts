import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { call } from '../faults.ts';
import { LABEL } from '../labels.ts';
import { readPasswd, resolveUserId } from '../environments/machine-user.ts';

/** Machines whose profile is remembered: it never changes, and the eldest are forgotten. */
const REMEMBERED = 4_096;
const nested = new Map<string, Promise<{ user: string } | undefined>>();

/**
 * Creates a command in a container: the one way to do so in a machine. In one with an engine of its own
 * nothing runs as root, since /proc there is not masked. @throws ROOT_REFUSED
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
  // Who its machine was made for is not root: that was looked at then.
  if (!machine || user === machine.user) return;
  if (!resolveUserId(user, await readPasswd(container))) throw fault('ROOT_REFUSED');
}

function nestedMachine(container: Docker.Container): Promise<{ user: string } | undefined> {
  const known = nested.get(container.id);
  if (known) return known;
  const asked = readNested(container);
  asked.catch(() => nested.delete(container.id));
  const [eldest] = nested.keys();
  if (nested.size >= REMEMBERED && eldest !== undefined) nested.delete(eldest);
  nested.set(container.id, asked);
  return asked;
}

async function readNested(container: Docker.Container): Promise<{ user: string } | undefined> {
  const { Config } = await call(() => container.inspect());
  return Config.Labels[LABEL.profile] === 'nested' ? { user: Config.User } : undefined;
}
