import type { Test } from 'tap';
import type { Engine } from '../../../src/engine/engine.ts';
import { environmentSpec, dockerHarness, machineSpec, runScript } from '../../kit/engine/engines.ts';
import type { ScriptResult } from '../../kit/engine/engines.ts';
import { MAKE_TINY_IMAGE, nestedSpec } from '../../kit/engine/nested.ts';

/** A location where a learner can run programs, with the most privileges possible there. */
export interface Place {
  name: string;
  profile: 'standard' | 'restricted' | 'nested';
  engine: Engine;
  machineId: string;
  address: string;
  run(script: string): Promise<ScriptResult>;
  /** Runs a script as the machine's own user, outside of containers, whose contents stay visible. */
  look(script: string): Promise<ScriptResult>;
  /** Whether another place is the same with more privileges. */
  isLight: boolean;
  /** Wraps the script to run as root of a new namespace, if that adds privileges. */
  asRoot(script: string): string;
}

/** A machine of another learner. */
export type Neighbour = Pick<Place, 'engine' | 'machineId'>;

/** Longest time of a script, in milliseconds: slow hosts need minutes for an attack that takes all. */
const SCRIPT_LIMIT_MS = 180_000;

/** Process limit of a lab that requests none, and enough memory for all attacks. */
const LIMITS = { ...machineSpec().limits, pids: 256, memoryBytes: 512 * 1024 * 1024 };

const machines = {
  standard: machineSpec({ profile: 'standard', limits: LIMITS }),
  restricted: machineSpec({ profile: 'restricted', user: 'learner', limits: LIMITS }),
  nested: nestedSpec(),
};

/** A container whose learner is root, with as few restrictions as possible. Its root folder is the machine's. */
const MOST_POWERFUL = [
  'docker run --rm --interactive --cap-add=ALL --pid=host --network=host --ipc=host --volume /:/machine',
  ...['seccomp', 'apparmor', 'systempaths'].map((what) => `--security-opt ${what}=unconfined`),
  'tiny chroot /machine sh',
].join(' ');
/** A default Docker container on its own network. */
const ORDINARY = 'docker run --rm --interactive --volume /:/machine tiny chroot /machine sh';

const asIs = (script: string) => script;
const inOwnNamespace = (script: string) =>
  `exec unshare --user --map-root-user --mount sh <<'BERTH_END'\n${script}\nBERTH_END\n`;

/** One machine of each profile, on separate networks, with all places in them, and one of another learner. */
export async function openPlaces(t: Test): Promise<{ places: Place[]; neighbour: Neighbour }> {
  const { engine } = dockerHarness(t, { nestedDocker: 'on' });
  const open = async (profile: Place['profile'], user?: string): Promise<Place> => {
    const [machine] = await engine.provision(environmentSpec({ machines: [machines[profile]] }));
    const { machineId = '', addresses = [] } = machine ?? {};
    const run = (script: string) =>
      runScript(engine, machineId, script, {
        timeoutMs: SCRIPT_LIMIT_MS,
        ...(user !== undefined && { user }),
      });
    return {
      name: `a ${profile} machine`,
      profile,
      engine,
      machineId,
      address: addresses[0]?.address ?? '',
      run,
      look: run,
      isLight: profile === 'restricted',
      asRoot: user === '0' ? asIs : inOwnNamespace,
    };
  };
  const [standard, restricted, nested, neighbour] = await Promise.all([
    open('standard', '0'),
    open('restricted'),
    open('nested'),
    open('standard'),
  ]);
  t.match(await nested.run(MAKE_TINY_IMAGE), { code: 0 });
  const within = (name: string, command: string): Place => ({
    ...nested,
    name,
    isLight: name.includes('ordinary'),
    asRoot: asIs,
    run: (script) =>
      runScript(nested.engine, nested.machineId, command, {
        timeoutMs: SCRIPT_LIMIT_MS,
        input: Buffer.from(script),
      }),
  });
  const places = [
    standard,
    restricted,
    nested,
    within('an ordinary container in a nested machine', ORDINARY),
    within('the most privileged container in a nested machine', MOST_POWERFUL),
  ];
  return { places, neighbour };
}
