import type { Engine, EnvironmentSpec, MachineSpec } from '../../../src/engine/engine.ts';
import { NESTED_DATA_FOLDER } from '../../../src/engine/engine.ts';
import { environmentSpec, machineSpec } from './engines.ts';

/** Image of machines with a nested engine. The test runner builds it. */
export const NESTED_IMAGE = 'berth/lab-docker:latest';
const MIB = 1024 ** 2;

/** A machine with a nested engine, with changes. */
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

/** Provisions such a machine and returns its id. */
export async function provisionNested(
  engine: Engine,
  changes: Partial<EnvironmentSpec> = {},
): Promise<{ environmentId: string; machineId: string }> {
  const spec = environmentSpec({ machines: [nestedSpec()], ...changes });
  const [machine] = await engine.provision(spec);
  if (!machine) throw new Error('the engine made no machine');
  return { environmentId: spec.environmentId, machineId: machine.machineId };
}

/** Creates an image "tiny" on the machine's engine, with a shell and a few of the machine's programs. */
export const MAKE_TINY_IMAGE = `
programs=$(for name in sh cat chown chroot getcap head ls mkdir mknod mount rm setcap sleep stat touch; do command -v "$name"; done)
{ printf '%s\\n' $programs; ldd $programs | grep -o '/[^ :]*'; } | sort -u > /tmp/tiny
tar --create --dereference --no-recursion --directory=/ --files-from=/tmp/tiny 2> /dev/null | docker import - tiny
`;
