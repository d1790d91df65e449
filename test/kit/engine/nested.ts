import type { Engine, EnvironmentSpec, MachineSpec } from '../../../src/engine/engine.ts';
import { NESTED_DATA_FOLDER } from '../../../src/engine/engine.ts';
import { environmentSpec, machineSpec } from './engines.ts';

/** Image of machines with an engine of their own; preparing the tests builds it. */
export const NESTED_IMAGE = 'berth/lab-docker:latest';
const MIB = 1024 ** 2;

/** A machine with an engine of its own, with changes. */
export function nestedSpec(changes: Partial<MachineSpec> = {}): MachineSpec {
  const limits = { memoryBytes: 768 * MIB, cpus: 2, pids: 400, logBytes: MIB };
  const volumes = [{ path: NESTED_DATA_FOLDER }];
  return machineSpec({
    image: NESTED_IMAGE,
    profile: 'nested',
    user: 'learner',
    volumes,
    limits,
    ...changes,
  });
}

/** Provisions one of them; its handle. */
export async function provisionNested(
  engine: Engine,
  changes: Partial<EnvironmentSpec> = {},
): Promise<{ environmentId: string; machineId: string }> {
  const spec = environmentSpec({ machines: [nestedSpec()], ...changes });
  const [machine] = await engine.provision(spec);
  if (!machine) throw new Error('the engine made no machine');
  return { environmentId: spec.environmentId, machineId: machine.machineId };
}

/** Gives the machine's engine an image "tiny" with a shell and a few programs, made of the machine's own. */
export const MAKE_TINY_IMAGE = `
programs=$(for name in sh cat chown chroot getcap head ls mkdir mknod mount rm setcap sleep stat touch; do command -v "$name"; done)
{ printf '%s\\n' $programs; ldd $programs | grep -o '/[^ :]*'; } | sort -u > /tmp/tiny
tar --create --dereference --no-recursion --directory=/ --files-from=/tmp/tiny 2> /dev/null | docker import - tiny
`;
