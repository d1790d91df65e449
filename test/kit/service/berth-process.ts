import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { clearInstallation, noteService } from '../engine/installation.ts';
import { bundledLab } from '../labs/lab-folders.ts';
import { memoryFolder } from '../basics/memory-folder.ts';
import { BERTH } from './berth-command.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Longest start of the service, in milliseconds, on a machine that is busy with other tests. */
const START_LIMIT_MS = 60_000;

/** A service as users run it: a separate process that can be killed and restarted on the same data. */
export interface BerthProcess {
  /** Address of the running service. */
  url: string;
  adminToken: string;
  dataDir: string;
  /** Its complete output over all starts. */
  output(): string;
  /** Sends one GraphQL operation as the admin, or with another token. */
  graphql<T>(query: string, variables?: object, token?: string): Promise<T>;
  pid(): number;
  /** Whether the last started process still runs. */
  runs(): boolean;
  start(): Promise<void>;
  /** Ends it immediately, as a crash does. Resolves to the signal that ended it. */
  kill(signal?: NodeJS.Signals): Promise<NodeJS.Signals | null>;
  /** Asks it to stop. Resolves to its exit code. */
  stop(): Promise<number | null>;
}

/**
 * Starts a service, by default with one lab, on its own data folder. The folder and everything that the service has on
 * the engine are removed after the test.
 */
export async function startBerth(t: Test, settings: Record<string, string> = {}): Promise<BerthProcess> {
  const dataDir = await memoryFolder('berth-test-');
  const adminToken = `berth_test_${'x'.repeat(24)}`;
  const environment = {
    ...process.env,
    BERTH_PORT: '0',
    BERTH_DATA_DIR: dataDir,
    BERTH_LABS_DIR: settings['BERTH_LABS_DIR'] ?? (await bundledLab(t)),
    BERTH_ADMIN_TOKEN: adminToken,
    BERTH_REGISTRY: 'off',
    // Otherwise each start runs a container that tests whether the host allows them.
    BERTH_NESTED_DOCKER: 'off',
    // Services of parallel tests share one engine: each has its own networks, outside of 10.228.0.0/15, which tests of
    // the engine use.
    BERTH_SUBNET_POOL: `10.${randomInt(100, 228)}.${randomInt(0, 16) * 16}.0/20`,
    ...settings,
  };
  let child: ChildProcess | undefined;
  let printed = '';
  let installation: string | undefined;

  const berth: BerthProcess = {
    url: '',
    adminToken,
    dataDir,
    output: () => printed,
    pid: () => child?.pid ?? 0,
    runs: () => child !== undefined && child.exitCode === null && child.signalCode === null,
    async start() {
      const started = spawn(process.execPath, [...BERTH, 'serve'], {
        cwd: root,
        env: environment,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child = started;
      // A test file that fails outside of its tests ends without their teardowns.
      const kill = () => void started.kill('SIGKILL');
      process.once('exit', kill);
      started.once('exit', () => process.off('exit', kill));
      let since = '';
      const note = (chunk: Buffer) => {
        printed += chunk.toString();
        since += chunk.toString();
      };
      started.stdout.on('data', note);
      started.stderr.on('data', note);
      const late = Date.now() + START_LIMIT_MS;
      for (;;) {
        const [, ready, local = ready] =
          /Berth is ready at (\S+)\n(?:It listens at (\S+)\n)?/.exec(since) ?? [];
        if (local) {
          berth.url = local;
          return;
        }
        if (started.exitCode !== null || Date.now() > late)
          throw new Error(`The service did not start:\n${since}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async kill(signal = 'SIGKILL') {
      await end(signal);
      return child?.signalCode ?? null;
    },
    stop: () => end('SIGTERM'),
    async graphql(query, variables, token = adminToken) {
      const response = await fetch(`${berth.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
      });
      const body = (await response.json()) as { data?: unknown; errors?: { message: string }[] };
      if (body.errors) throw new GraphqlRefusal(body.errors);
      return body.data as never;
    },
  };

  async function end(signal: NodeJS.Signals) {
    const ending = child;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return ending?.exitCode ?? null;
    const exited = once(ending, 'exit');
    ending.kill(signal);
    await exited;
    return ending.exitCode;
  }

  t.teardown(async () => {
    await berth.stop();
    if (installation !== undefined) await clearInstallation(installation);
    await rm(dataDir, { recursive: true, force: true });
  });
  await berth.start();
  // Other engines are removed with their tests, or do not answer at all.
  if (settings['DOCKER_HOST'] === undefined) installation = await noteService(environment);
  return berth;
}

/** The error of a rejected GraphQL operation. */
export class GraphqlRefusal extends Error {
  readonly errors: { message: string; extensions?: { code?: string } }[];
  constructor(errors: GraphqlRefusal['errors']) {
    super(errors.map((error) => error.message).join('; '));
    this.errors = errors;
  }
}
