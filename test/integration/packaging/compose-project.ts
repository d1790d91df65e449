import { execFile } from 'node:child_process';
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import type Dockerode from 'dockerode';
import { createDockerImages } from '../../../src/engine/docker/images/images.ts';
import { BASE_IMAGE } from '../../../src/host-setup/base-image.ts';
import { buildNodeImage } from '../../kit/engine/node-image.ts';
import { freePort } from '../../kit/runner/machine/service-process.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Longest command, in milliseconds: a build that installs and compiles all dependencies. */
const COMMAND_LIMIT_MS = 15 * 60_000;

/** `docker-compose.yml` with images from Debian packages, under names of the test. */
export interface ComposeProject {
  /** Address of the service, also in `BERTH_PUBLIC_URL`. */
  url: string;
  adminToken: string;
  /** Runs `docker compose` and returns what it prints. */
  compose(...args: string[]): Promise<string>;
}

/**
 * Writes the `.env` that docs/install.md asks for. The project is removed when the test ends, with its images. The engine
 * keeps its build cache, as after every build, which makes the next run faster.
 */
export async function createComposeProject(
  t: Test,
  docker: Dockerode,
  { socket, folder }: { socket: string; folder: string },
): Promise<ComposeProject> {
  const name = `berth-test-${randomUUID().slice(0, 8)}`;
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const adminToken = `berth_test_${'p'.repeat(24)}`;
  const envFile = join(folder, '.env');
  const variables = {
    POSTGRES_PASSWORD: randomBytes(32).toString('hex'),
    REDIS_PASSWORD: randomBytes(32).toString('hex'),
    DOCKER_GID: (await stat(socket)).gid,
    BERTH_PORT: port,
    BERTH_ADMIN_TOKEN: adminToken,
    BERTH_REGISTRY: 'off',
    TEST_IMAGES: name,
    // Services of tests that run at the same time share one engine.
    TEST_SUBNET_POOL: `10.${randomInt(100, 228)}.${randomInt(0, 16) * 16}.0/20`,
  };
  const lines = Object.entries(variables).map(([variable, value]) => `${variable}=${value}\n`);
  await writeFile(envFile, lines.join(''), { mode: 0o600 });

  const override = 'test/integration/packaging/compose/override.yml';
  const files = ['-f', 'docker-compose.yml', '-f', override];
  async function compose(...args: string[]): Promise<string> {
    const all = ['compose', '--project-name', name, '--env-file', envFile, ...files, ...args];
    const options = { cwd: root, timeout: COMMAND_LIMIT_MS, maxBuffer: 64 * 1024 ** 2 };
    const { stdout, stderr } = await run('docker', all, options);
    return stdout + stderr;
  }

  const images = createDockerImages({ docker });
  await images.tag(await buildNodeImage(images, BASE_IMAGE), `${name}/node`);
  t.teardown(() => images.remove(`${name}/node`));
  t.teardown(() => compose('down', '--volumes', '--rmi', 'all', '--timeout', '5'));
  return { url, adminToken, compose };
}
