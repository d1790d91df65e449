import { availableParallelism } from 'node:os';
import { createCheckRunner } from '../../domains/checks/check-runner.ts';
import { systemClock } from '../../core/clock.ts';
import type { Config } from '../../config/config.ts';
import { connectEngine } from '../../engine/docker/client.ts';
import { createDockerEngine } from '../../engine/docker/docker-engine.ts';
import { createDockerImages } from '../../engine/docker/images/images.ts';
import {
  isLeftover,
  LAB_TESTS_INSTALLATION,
  removeLeftovers,
} from '../../domains/lab-tests/environment-ids.ts';
import { createMemorySubnets, createPresentImages } from '../../domains/lab-tests/stand-ins.ts';
import { createQueue } from '../../core/queue.ts';
import { testLab } from '../../domains/lab-tests/test-lab.ts';
import { replayLab } from '../../domains/lab-tests/replay-lab.ts';
import type { StepReplay } from '../../domains/lab-tests/replay-lab.ts';
import { createTrials } from '../../domains/lab-tests/trial.ts';
import type { LabCase } from '../../domains/lab-tests/lab-case.ts';
import type { Lab } from '../../domains/labs/lab.ts';
import { createLabProvision } from '../../domains/sessions/provisioning/environment-builder.ts';
import { createStepStarts } from '../../domains/sessions/provisioning/preparing/preparation.ts';
import { createSubnetAllocator, createSubnetPool } from '../../domains/sessions/provisioning/subnet-pool.ts';
import { ensureHost } from '../../host-setup/host.ts';
import { imagesFolder } from '../../host-setup/lab-images.ts';
import { createSteps } from '../../../setup/steps.mjs';
import { fault } from '../../core/errors.ts';
import { createLabTestsRegistry, removeTestRegistries } from './lab-tests-registry.ts';
import { spawn } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The guard program, with the extension of this file: compiled or not. */
const GUARD = fileURLToPath(new URL(`lab-tests-guard${extname(import.meta.filename)}`, import.meta.url));

/** Runs `work` with a guard process, which cleans up if this process is killed. */
async function guarded(work: () => Promise<void>): Promise<void> {
  const guard = spawn(process.execPath, [...process.execArgv, GUARD, String(process.pid)], {
    // Signals from the terminal must not reach the guard.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  try {
    await work();
  } finally {
    guard.kill('SIGKILL');
  }
}

/** Operations with labs on the engine. They reject when `signal` aborts, and leave nothing on the engine. */
export interface LabTests {
  /** Tests a lab. */
  test(lab: Lab, onCase: (ended: LabCase) => void, signal: AbortSignal): Promise<void>;
  /** Runs the solutions of a lab. */
  replay(lab: Lab, onStep: (replay: StepReplay) => void, signal: AbortSignal): Promise<void>;
}

/**
 * Prepares the host as a start of the service does, removes leftovers of killed tests, and constructs lab tests on
 * the configured engine, without a database. At most `jobs` environments exist at a time. If one of `labs` needs the
 * local registry, it gets that of the installation, or a temporary one.
 */

export async function withLabTests(
  { config, jobs, labs = [] }: { config: Config; jobs: number; labs?: readonly Lab[] },
  work: (tests: LabTests) => Promise<void>,
): Promise<void> {
  await ensureHost({ env: process.env, steps: createSteps({ output: process.stderr }), imagesFolder });
  const host = config.dockerHost;
  const clock = systemClock;
  const { docker, close } = connectEngine(host, process.env);
  const images = createDockerImages({ docker });
  const registry = createLabTestsRegistry({ docker, images, clock, config });
  const engine = createDockerEngine({
    ...(await registry.open(labs)),
    host,
    installation: LAB_TESTS_INSTALLATION,
    nameServers: config.nameServers,
    nestedDocker: config.nestedDocker,
    nestedRuntime: config.nestedRuntime,
  });
  try {
    await removeLeftovers(engine, clock);
    await removeTestRegistries(docker, (id) => isLeftover(id, clock.now()));
    const subnets = createMemorySubnets();
    const pool = createSubnetPool({ cidr: config.subnetPool, clock });
    const pins = createPresentImages(images);
    const openTrial = createTrials({
      engine,
      subnets,
      clock,
      provisionTimeoutSeconds: config.provisionTimeoutSeconds,
      provision: createLabProvision({
        engine,
        allocator: createSubnetAllocator({ pool, subnets }),
        pins,
      }),
      runner: createCheckRunner({ engine, pins }),
      prepareStep: createStepStarts({ engine }),
    });
    const inPlace = createQueue(jobs).run;
    const tests: LabTests = {
      test: (lab, onCase, signal) => testLab(lab, { openTrial, inPlace, onCase }, signal),
      replay: (lab, onStep, signal) => replayLab(lab, { openTrial, inPlace, onStep }, signal),
    };
    await guarded(() => work(tests));
  } finally {
    await registry.close();
    close();
    await engine.close();
  }
}

/** Maximum number of simultaneous environments: more only slow down the engine. */
const MAX_JOBS = 64;
/** Default on a host with many processors: the machines of labs also need memory. */
const DEFAULT_MAX_JOBS = 4;

/** Returns the number of simultaneous environments for `--jobs`, or the default for this host. @throws INPUT_INVALID */
export function jobsOf(given: string | undefined): number {
  if (given === undefined) return Math.min(availableParallelism(), DEFAULT_MAX_JOBS);
  const jobs = Number(given);
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= MAX_JOBS) return jobs;
  throw fault('INPUT_INVALID', { problem: `--jobs must be a number from 1 to ${MAX_JOBS}.` });
}
