import { randomBytes, randomInt } from 'node:crypto';
import type { NetConnectOpts } from 'node:net';
import type { Test } from 'tap';
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import type { DockerEngineOptions } from '../../../src/engine/docker/docker-engine.ts';
import type { ExecSpec } from '../../../src/engine/engine-exec.ts';
import type { Engine, EnvironmentSpec, MachineSpec, NetworkSpec } from '../../../src/engine/engine.ts';
import { openCutOffProxy } from '../proxy/cut-off-proxy.ts';
import { newInstallation } from './installation.ts';
import { JOB } from './job-networks.ts';

/** Image of the machines that tests create. The test runner builds it. */
export const MACHINE_IMAGE = 'berth/lab-linux:latest';
const MEBIBYTE = 1024 * 1024;

/** What a contract suite for any engine gets. */
export interface EngineHarness {
  engine: Engine;
  /** The same engine, over a connection that the test can cut and restore. */
  openCuttable(): Promise<{ engine: Engine; cut(): Promise<void>; restore(): Promise<void> }>;
}

/** A machine provisioned for one test, alone in its environment on one network. */
export interface TestMachine {
  environmentId: string;
  machineId: string;
  address: string;
}

/** A docker engine with the test's own installation, which is removed completely afterwards. */
export function dockerHarness(
  t: Test,
  options: Pick<
    DockerEngineOptions,
    'egressImage' | 'usesAgents' | 'readsDisk' | 'nameServers' | 'nestedDocker' | 'nestedRuntime'
  > = {},
): EngineHarness & { installation: string } {
  const installation = newInstallation(t);
  const host = process.env['DOCKER_HOST'];
  const engine = createDockerEngine({ host, installation, ...options });
  t.teardown(() => engine.close());
  const openCuttable = async () => {
    const proxy = await openCutOffProxy(t, engineTarget(host));
    const cuttable = createDockerEngine({ host: `tcp://127.0.0.1:${proxy.port}`, installation });
    t.teardown(() => cuttable.close());
    return { engine: cuttable, cut: proxy.cut, restore: proxy.restore };
  };
  return { engine, installation, openCuttable };
}

/** The engine where no process can access the machines directly: it streams all shells. */
export function streamingHarness(t: Test): EngineHarness & { installation: string } {
  return dockerHarness(t, { usesAgents: false });
}

/** An environment id that no other run has. */
export function newEnvironmentId(): string {
  return `test-${randomBytes(8).toString('hex')}`;
}

/** Networks of 10.229.0.0/16, which only tests use, per parallel test file. */
const JOB_SUBNETS = 512;
let subnets = randomInt(JOB_SUBNETS);

/** A small network that no parallel test has, and that this test does not reuse soon. */
export function testSubnet(): string {
  const place = JOB * JOB_SUBNETS + (subnets++ % JOB_SUBNETS);
  return `10.229.${Math.floor(place / 16)}.${(place % 16) * 16}/28`;
}

/** A small machine called "main", with changes. */
export function machineSpec(changes: Partial<MachineSpec> = {}): MachineSpec {
  const limits = { memoryBytes: 256 * MEBIBYTE, cpus: 1, pids: 64, logBytes: MEBIBYTE };
  const place = { networks: ['lab'], volumes: [], environment: {} };
  return { name: 'main', image: MACHINE_IMAGE, profile: 'standard', ...place, limits, ...changes };
}

/** A network called "lab", without internet, with changes. */
export function networkSpec(changes: Partial<NetworkSpec> = {}): NetworkSpec {
  return { name: 'lab', subnet: testSubnet(), internet: false, ...changes };
}

/** An environment of one machine on one network, with changes. */
export function environmentSpec(changes: Partial<EnvironmentSpec> = {}): EnvironmentSpec {
  const environmentId = newEnvironmentId();
  return { environmentId, networks: [networkSpec()], machines: [machineSpec()], ...changes };
}

/** An environment of one machine on one network with internet, with changes. */
export function internetSpec(changes: Partial<EnvironmentSpec> = {}): EnvironmentSpec {
  return environmentSpec({ networks: [networkSpec({ internet: true })], ...changes });
}

export async function provisionMachine(
  engine: Engine,
  changes: Partial<MachineSpec> = {},
): Promise<TestMachine> {
  const spec = environmentSpec({ machines: [machineSpec(changes)] });
  const [machine] = await engine.provision(spec);
  if (!machine) throw new Error('the engine made no machine');
  const { machineId, addresses } = machine;
  return { environmentId: spec.environmentId, machineId, address: addresses[0]?.address ?? '' };
}

/** The output and the exit code of a script in a machine. */
export interface ScriptResult {
  code: number | undefined;
  outcome: string;
  out: string;
  err: string;
}

export async function runScript(
  engine: Engine,
  machineId: string,
  script: string,
  changes: Partial<ExecSpec> = {},
): Promise<ScriptResult> {
  const command = ['sh', '-c', script];
  const spec = { command, timeoutMs: 20_000, outputLimitBytes: MEBIBYTE, ...changes };
  const { exitCode, outcome, stdout, stderr } = await engine.exec(machineId, spec);
  return { code: exitCode, outcome, out: stdout.toString(), err: stderr.toString() };
}

/** Whether a process with `text` in its command line runs in the machine. */
export async function isRunning(engine: Engine, machineId: string, text: string): Promise<boolean> {
  // The bracket keeps the search from matching itself.
  const pattern = `[${text[0]}]${text.slice(1)}`;
  const { out } = await runScript(engine, machineId, `pgrep -f '${pattern}' || echo none`);
  return out.trim() !== 'none';
}

function engineTarget(host = 'unix:///var/run/docker.sock'): NetConnectOpts {
  const { protocol, pathname, hostname, port } = new URL(host);
  return protocol === 'unix:' ? { path: pathname } : { host: hostname, port: Number(port) };
}
