import type { Engine } from '../engine.ts';
import { openSocketInput, openSocketOutput } from './transfer/socket-streams.ts';
import { connectPort } from './networks/connect-port.ts';
import { startChecker } from './checker.ts';
import { commit } from './storage/commit.ts';
import { connectEngine } from './client.ts';
import { createEgress, restoreEgress } from './networks/egress.ts';
import { createHolderVolume, HOLDER_IMAGE } from './holder/holder-volume.ts';
import { createReach } from './holder/reach.ts';
import { createGauge } from './gauge/create-gauge.ts';
import { endInside } from './environments/ending.ts';
import { createSizesAtStart, readEngineInfo, createUserMapping } from './engine-info.ts';
import { provision } from './environments/environment.ts';
import { watchMachines } from './events.ts';
import { openExecOutput } from './exec/exec-stream.ts';
import { runExec } from './exec/exec.ts';
import type { PullContext } from './images/image-pull.ts';
import { machineRevision } from './environments/machine-config.ts';
import {
  pauseMachine,
  unpauseMachine,
  restartMachine,
  stopMachine,
  inspectMachine,
  listEnvironments,
} from './environments/machine-state.ts';
import { copyIn, copyOut } from './exec/files.ts';
import { createLayerLimit } from './environments/layer-limit.ts';
import { createNestedSupport } from './nested/nested-support.ts';
import type { NestedSetting } from './nested/nested-support.ts';
import { listSavedImages, measureImage, removeImage } from './storage/saved-images.ts';
import { parseHandle } from './exec/shell-leader.ts';
import { createShells } from './exec/shells.ts';
import { destroyEnvironment, removeContainer } from './environments/teardown.ts';
import { createUsage } from './storage/usage.ts';
import { commitVolume, listVolumes, measureVolume } from './storage/volume-image.ts';
import { createWaitingShells } from './exec/waiting-shells.ts';

const GATEWAY_IMAGE = 'berth/lab-gateway:latest';
export const EGRESS_IMAGE = 'berth/lab-egress:latest';
const CHECKER_IMAGE = 'berth/lab-checker:latest';

export interface DockerEngineOptions {
  /**
   * `DOCKER_HOST`: unix:///path or tcp://host:port; the default socket if undefined. Docker's own variables
   * configure TLS.
   */
  host?: string | undefined;
  /** Distinguishes this Berth's objects from those of others on the same engine, by labels. */
  installation: string;
  /** Image of the helpers, with iptables (firewall rules), tar (volumes) and unshare (test of namespaces). */
  egressImage?: string;
  /** Image of the gateways, which connect to ports of machines. */
  gatewayImage?: string;
  /**
   * Whether to use the agents in machines for shells and files, if possible. Otherwise the engine streams
   * everything.
   */
  usesAgents?: boolean;
  /**
   * Whether this process may read the engine's folders directly if it can access them. Otherwise a helper
   * always does.
   */
  readsDisk?: boolean;
  /** Image of trusted checks without their own image. */
  checkerImage?: string;
  /** Image of the local registry; undefined if there is no registry. */
  registryImage?: string | undefined;
  /** Installation that owns the local registry; this one if undefined. */
  registryInstallation?: string | undefined;
  /** Name servers of machines with internet; those of the engine's host if empty. */
  nameServers?: readonly string[];
  /** Returns the credentials for a registry; undefined for anonymous access. */
  credentialsFor?: PullContext['credentialsFor'];
  /** Called with each image that the engine pulled for a start. */
  onPulled?: PullContext['onPulled'];
  /** Whether machines may have their own engine; off if undefined. */
  nestedDocker?: NestedSetting;
  /** The engine's name of the runtime for machines with an engine; its default if undefined. */
  nestedRuntime?: string | undefined;
}

/**
 * Creates the engine port for Docker. Sends nothing before the first call.
 * @throws CONFIG_INVALID for an invalid address
 */
export function createDockerEngine({
  installation,
  egressImage = EGRESS_IMAGE,
  gatewayImage = GATEWAY_IMAGE,
  usesAgents = true,
  readsDisk = true,
  checkerImage = CHECKER_IMAGE,
  registryImage,
  registryInstallation,
  nameServers = [],
  host,
  credentialsFor,
  onPulled,
  nestedDocker = 'off',
  nestedRuntime: runtime,
}: DockerEngineOptions): Engine {
  const { docker, direct, local, close } = connectEngine(host, process.env);
  const egress = createEgress({ docker, installation, image: egressImage, nameServers });
  const gauge = createGauge({ docker, installation, image: egressImage, looksHere: readsDisk });
  const usage = createUsage({ docker, gauge });
  const limitLayer = createLayerLimit({ docker, installation });
  const nested = createNestedSupport({
    docker,
    installation,
    image: egressImage,
    setting: nestedDocker,
    runtime,
  });
  const agent = createHolderVolume({ docker, installation, image: HOLDER_IMAGE });
  const userMapping = createUserMapping(docker);
  const reach = createReach({ docker, wanted: local && usesAgents });
  const shells = createShells({ docker, reach, sizesAtStart: createSizesAtStart(docker) });
  const waiting = createWaitingShells(shells.wait);
  const closing = new AbortController();
  const container = (id: string) => docker.getContainer(id);

  return {
    info: () => readEngineInfo(docker),
    nestedProblem: nested.problem,
    requireNested: nested.require,
    provision: (spec, options) =>
      provision(
        {
          docker,
          installation,
          egress,
          registryImage,
          registryInstallation,
          limitLayer,
          helperImage: egressImage,
          nested,
          agent,
          userMapping,
          credentialsFor,
          onPulled,
        },
        spec,
        options,
      ),
    machineRevision: async () =>
      machineRevision(agent, { nameServers, nestedRuntime: runtime, userMapping: await userMapping() }),
    list: () => listEnvironments(docker, installation),
    disk: async () => (await gauge.get()).space(),
    measureUsage: usage.measure,
    destroy: (environmentId) => destroyEnvironment(docker, installation, environmentId),
    inspect: (machineId) => inspectMachine(docker, machineId),
    restart: (machineId) => restartMachine({ docker, installation, image: egressImage, egress }, machineId),
    restoreEgress: () => restoreEgress({ docker, installation, egress }),
    pause: (machineId) => pauseMachine(docker, machineId),
    unpause: (machineId) => unpauseMachine(docker, machineId),
    exec: (machineId, command) => runExec(container(machineId), command),
    async execOutput(machineId, command) {
      const machine = await reach(machineId);
      const output = machine && (await openSocketOutput(machine, command));
      return output ?? openExecOutput({ docker, direct }, machineId, command);
    },
    async execInput(machineId, command) {
      const machine = await reach(machineId);
      return machine && openSocketInput(machine, command);
    },
    openTerminal: async (machineId, spec) =>
      (await waiting.take(machineId, spec)) ?? shells.open(machineId, spec),
    reattachTerminal: shells.reattach,
    prepareShell: waiting.prepare,
    isPrepared: waiting.has,
    async endShell(machineId, shell) {
      const known = parseHandle(shell);
      if (known) await endInside(container(machineId), { user: undefined, ...known });
    },
    connect: (machineId, port) => connectPort({ docker, installation, image: gatewayImage }, machineId, port),
    copyIn: (machineId, path, tar) => copyIn(container(machineId), path, tar),
    copyOut: (machineId, path) => copyOut(container(machineId), path),
    startChecker: (machineId, spec) =>
      startChecker({ docker, installation, checkerImage, agent, credentialsFor, onPulled }, machineId, spec),
    removeChecker: (checkerId) => removeContainer(docker, checkerId),
    stop: (machineId) => stopMachine(container(machineId)),
    commit: (machineId, image) => commit(docker, installation, { machineId, image }),
    listVolumes: (machineId) => listVolumes(container(machineId)),
    measureVolume: (machineId, path) =>
      measureVolume({ docker, installation, helperImage: egressImage }, machineId, path),
    commitVolume: (machineId, path, image) =>
      commitVolume({ docker, installation, helperImage: egressImage }, machineId, path, image),
    measureImage: (image) => measureImage(docker, image),
    listImages: () => listSavedImages(docker, installation),
    removeImage: (image) => removeImage(docker, installation, image),
    watch(listener, signal) {
      void watchMachines(docker, installation, listener, AbortSignal.any([signal, closing.signal]));
    },
    async close() {
      closing.abort();
      waiting.close();
      await gauge.close();
      close();
    },
  };
}
