import { createCheckRunner } from '../checks/check-runner.ts';
import { systemClock } from '../clock.ts';
import type { Config } from '../config.ts';
import { connectEngine } from '../engine/docker/connection.ts';
import { createDockerEngine } from '../engine/docker/docker-engine.ts';
import { createDockerImages } from '../engine/docker/images.ts';
import { REGISTRY_IMAGE } from '../engine/docker/registry.ts';
import { LAB_TESTS_INSTALLATION } from '../lab-tests/environment-ids.ts';
import { removeLeftovers } from '../lab-tests/leftovers.ts';
import { createMemorySubnets } from '../lab-tests/memory-subnets.ts';
import { createTurns } from '../turns.ts';
import { createPresentImages } from '../lab-tests/present-images.ts';
import { testLab } from '../lab-tests/test-lab.ts';
import { replayLab } from '../lab-tests/replay-lab.ts';
import type { StepReplay } from '../lab-tests/replay-lab.ts';
import { createTrials } from '../lab-tests/trials.ts';
import type { LabCase } from '../lab-tests/lab-case.ts';
import type { Lab } from '../labs/lab.ts';
import { createLabProvision } from '../sessions/environment-maker.ts';
import { createStepStarts } from '../sessions/preparing/step-starts.ts';
import { createSubnetLeases } from '../sessions/subnet-leases.ts';
import { createSubnetPool } from '../sessions/subnet-pool.ts';
import { ensureMachine } from '../setup/machine.ts';
import { imagesFolder } from '../setup/project-folders.ts';
import { createSteps } from '../../setup/steps.mjs';
import { errorsOnly } from './errors-only.ts';
import { guarded } from './guarded.ts';
import { settingsInstallation } from './settings-installation.ts';

/** What can be done with labs on the engine; all reject when `signal` aborts, with nothing left there. */
export interface LabTests {
  /** Tests a lab. */
  test(lab: Lab, onCase: (ended: LabCase) => void, signal: AbortSignal): Promise<void>;
  /** Does a lab as its solutions say. */
  replay(lab: Lab, onStep: (replay: StepReplay) => void, signal: AbortSignal): Promise<void>;
}

/**
 * Makes the machine ready, as a start of the service does, and constructs what tests labs on the engine of
 * these settings, as the service would run them, without a database; what killed tests left there is removed
 * first. At most `jobs` environments are there at a time. Those of `labs` that want the local registry get that
 * of the installation whose settings these are.
 */
export async function withLabTests(
  { config, jobs, labs = [] }: { config: Config; jobs: number; labs?: readonly Lab[] },
  work: (tests: LabTests) => Promise<void>,
): Promise<void> {
  await ensureMachine({ env: process.env, steps: createSteps({ output: process.stderr }), imagesFolder });
  const host = config.dockerHost;
  const clock = systemClock;
  const engine = createDockerEngine({
    ...(await registryFor(labs, config)),
    host,
    installation: LAB_TESTS_INSTALLATION,
    nameServers: config.nameServers,
    nestedDocker: config.nestedDocker,
    nestedRuntime: config.nestedRuntime,
  });
  const { docker, close } = connectEngine(host, process.env);
  try {
    await removeLeftovers(engine, clock);
    const subnets = createMemorySubnets();
    const pool = createSubnetPool({ cidr: config.subnetPool, clock });
    const pins = createPresentImages(createDockerImages({ docker }));
    const openTrial = createTrials({
      engine,
      subnets,
      clock,
      provisionTimeoutSeconds: config.provisionTimeoutSeconds,
      provision: createLabProvision({
        engine,
        leases: createSubnetLeases({ pool, subnets }),
        pins,
      }),
      runner: createCheckRunner({ engine, pins, logger: errorsOnly }),
      prepareStep: createStepStarts({ engine }),
    });
    const inPlace = createTurns(jobs).run;
    const tests: LabTests = {
      test: (lab, onCase, signal) => testLab(lab, { openTrial, inPlace, onCase }, signal),
      replay: (lab, onStep, signal) => replayLab(lab, { openTrial, inPlace, onStep }, signal),
    };
    await guarded(() => work(tests));
  } finally {
    close();
    await engine.close();
  }
}

/** Which registry environments of the labs reach: none where none of them wants it, or there is no installation. */
async function registryFor(labs: readonly Lab[], config: Config) {
  if (config.registry === 'off' || !labs.some(({ registry }) => registry)) return {};
  const registryInstallation = await settingsInstallation(config);
  return registryInstallation === undefined ? {} : { registryImage: REGISTRY_IMAGE, registryInstallation };
}
