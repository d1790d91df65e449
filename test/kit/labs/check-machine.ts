import { randomBytes } from 'node:crypto';
import Docker from 'dockerode';
import type { Test } from 'tap';
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { newInstallation } from '../engine/installation.ts';
import { createHolderVolume, HOLDER_IMAGE } from '../../../src/engine/docker/holder/holder-volume.ts';

/** An idle container of a lab image, and its engine. */
export interface CheckMachine {
  engine: Engine;
  installation: string;
  machineId: string;
  container: Docker.Container;
  /** The output of a command that root runs. */
  shell(script: string): Promise<string>;
  /** Names of the processes, without the container's own two. */
  processes(): Promise<string[]>;
}

/** Starts the container, which is removed after the test with everything in it. */
export async function startCheckMachine(t: Test, image = 'berth/lab-linux:latest'): Promise<CheckMachine> {
  const installation = newInstallation(t);
  const engine = createDockerEngine({ host: process.env['DOCKER_HOST'], installation });
  const environmentId = `check${randomBytes(8).toString('hex')}`;
  t.teardown(() => engine.close());
  const docker = new Docker();
  const runnerVolume = await createHolderVolume({ docker, installation, image: HOLDER_IMAGE }).mounts();
  const container = await docker.createContainer({
    Image: image,
    Cmd: ['sleep', 'infinity'],
    User: 'root',
    Labels: {
      'berth.installation': installation,
      'berth.environment': environmentId,
      'berth.role': 'machine',
      'berth.machine': 'main',
    },
    HostConfig: {
      Init: true,
      NetworkMode: 'none',
      PidsLimit: 200,
      Memory: 256 * 1024 * 1024,
      Binds: runnerVolume?.binds ?? [],
    },
  });
  await container.start();
  return {
    engine,
    installation,
    machineId: container.id,
    container,
    async shell(script) {
      const command = ['/bin/sh', '-c', script];
      const limits = { timeoutMs: 10_000, outputLimitBytes: 100_000 };
      return (await engine.exec(container.id, { command, user: 'root', ...limits })).stdout.toString();
    },
    async processes() {
      const { Titles, Processes } = (await container.top({ ps_args: '-eo pid,args' })) as {
        Titles: string[];
        Processes: string[][];
      };
      const column = Titles.indexOf('COMMAND');
      return Processes.map((row) => row[column] ?? '').filter((name) => !name.endsWith('sleep infinity'));
    },
  };
}
