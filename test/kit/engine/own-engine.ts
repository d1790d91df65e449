import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { pingEngine } from '../../../src/host-setup/daemon-process.ts';

const run = promisify(execFile);

/** Longest wait for the engine to answer or end, in milliseconds. */
const WAIT_LIMIT_MS = 60_000;

/** Size of the engine's disk: several times the image, and quickly filled. */
const DISK_BYTES = 640 * 1024 * 1024;

/** Creates its disk at `$data`, which has free space next to it. `btrfs` can limit a container's disk usage. */
const DISKS = {
  memory: `mount -t tmpfs -o size=${DISK_BYTES} none $data`,
  xfs: `truncate -s ${DISK_BYTES} $data.disk && mkfs.xfs -q $data.disk && mount -t xfs -o loop $data.disk $data`,
  btrfs: `truncate -s ${DISK_BYTES} $data.disk && mkfs.btrfs -q $data.disk && mount -t btrfs -o loop $data.disk $data`,
};

/** A test's own engine, separate from the host's: its own mounts, network, processes and disk. */
export interface OwnEngine {
  /** In the format of DOCKER_HOST. */
  host: string;
  start(): Promise<void>;
  /** Stops the engine like a service manager. Machines keep running because of live-restore. */
  stop(): Promise<void>;
  /** If the disk is shared, a folder on it that this process can access. The engine's own folders are elsewhere. */
  shared: string;
  /** Fills its disk except for `left` bytes. */
  fillDisk(left: number): Promise<void>;
  emptyDisk(): Promise<void>;
}

/** Creates an engine with these images and starts it. It is removed after the test, with everything it runs. */
export async function startOwnEngine(
  t: Test,
  images: string | string[],
  { disk = 'memory', isShared = false }: { disk?: keyof typeof DISKS; isShared?: boolean } = {},
): Promise<OwnEngine> {
  // The path of a socket is limited to 107 bytes, so it needs a short folder.
  const folder = await mkdtemp(join(tmpdir(), 'berth-'));
  const host = `unix://${folder}/engine.sock`;
  const shared = `${folder}/shared`;
  t.teardown(async () => {
    // Even if it was never mounted, or a file is open: its loop device is removed with the last user.
    if (isShared) await run('umount', ['--lazy', shared]).catch(() => undefined);
    // The kernel releases mounts with a delay.
    await rm(folder, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
  });
  if (isShared) await run('sh', ['-ec', `data=${shared} && mkdir $data && ${DISKS[disk]}`]);
  const keeper = spawn(
    'unshare',
    ['--mount', '--net', '--pid', '--fork', '--mount-proc', '--kill-child', 'sleep', 'infinity'],
    { stdio: 'ignore' },
  );
  t.teardown(async () => {
    keeper.kill('SIGKILL');
    await once(keeper, 'exit');
  });
  await sleep(200);

  /** Runs a script in the engine's namespaces. */
  async function inside(script: string): Promise<void> {
    const child = enter(keeper, script);
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`ended with ${code}: ${script}`);
  }

  // Its default is overlay2 wherever that works.
  const driver = disk === 'btrfs' ? '--storage-driver btrfs' : '';
  let daemon: ChildProcess | undefined;
  const engine: OwnEngine = {
    host,
    shared,
    async start() {
      daemon = enter(
        keeper,
        `exec dockerd --config-file /dev/null --host ${host} --data-root ${folder}/data --exec-root /run/docker \
          --pidfile /run/docker.pid --live-restore ${driver} > ${folder}/log 2>&1`,
      );
      await answers(host, 'up');
    },
    async stop() {
      const exited = daemon && once(daemon, 'exit');
      await inside('kill "$(cat /run/docker.pid)"');
      await exited;
      await answers(host, 'down');
    },
    fillDisk: (left) =>
      inside(
        `free=$(df --output=avail -B1 ${folder}/data | tail -1); fallocate -l $((free - ${left})) ${folder}/data/filler`,
      ),
    emptyDisk: () => inside(`rm ${folder}/data/filler`),
  };

  await inside(
    `mount -t tmpfs none /run && ip link set lo up && data=${folder}/data && mkdir $data && ${isShared ? `mount --bind ${shared} $data` : DISKS[disk]}`,
  );
  await engine.start();
  await copyImages(host, [images].flat());
  return engine;
}

/** `unshare` waits for the process it forked, which runs in the namespaces. */
function enter(keeper: ChildProcess, script: string): ChildProcess {
  const target = `$(cat /proc/${keeper.pid}/task/${keeper.pid}/children | tr -d ' ')`;
  return spawn('sh', ['-c', `exec nsenter --target "${target}" --mount --net --pid sh -ec '${script}'`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function answers(host: string, state: 'up' | 'down'): Promise<void> {
  const late = Date.now() + WAIT_LIMIT_MS;
  while ((await pingEngine(host, {})).state !== state) {
    if (Date.now() > late) throw new Error(`The engine did not get ${state}.`);
    await sleep(50);
  }
}

/** Copies images from the host's engine. */
async function copyImages(host: string, images: string[]): Promise<void> {
  const from = connectEngine(process.env['DOCKER_HOST'], process.env);
  const to = connectEngine(host, {});
  for (const image of images) {
    const loaded = await to.docker.loadImage(await from.docker.getImage(image).get());
    loaded.resume();
    await once(loaded, 'end');
  }
  from.close();
  to.close();
}
