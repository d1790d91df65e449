import { setTimeout as sleep } from 'node:timers/promises';
import { mkdir } from 'node:fs/promises';
import { defineCommand } from 'citty';
import { system } from '../domains/identity/actor.ts';
import type { Image } from '../domains/images/image.ts';
import type { Job } from '../domains/images/jobs/job.ts';
import { PAGE_LIMIT } from '../core/paging.ts';
import type { Services } from '../services.ts';
import { createServices } from '../services.ts';
import { readConfig } from '../config/config.ts';
import { migrate } from '../infra/database/migrate.ts';
import { isFault } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** Interval between two polls of a job, in milliseconds. */
const POLL_EVERY_MS = 300;
/** Number of last printed characters that are used to find the position in a log that was truncated at its start. */
const TAIL_CHARS = 200;

const image = { type: 'positional', required: true, description: 'Name of the image.' } as const;

const listCommand = defineCommand({
  meta: { name: 'list', description: "Print the engine's images, and what uses them." },
  run: () =>
    withServices(async ({ images }) => {
      let after: string | undefined;
      do {
        const { items, hasNextPage } = await images.list(system, { first: PAGE_LIMIT, after });
        for (const { node } of items) process.stdout.write(`${describe(node)}\n`);
        after = hasNextPage ? items.at(-1)?.cursor : undefined;
      } while (after !== undefined);
    }),
});

const pullCommand = defineCommand({
  meta: { name: 'pull', description: 'Pull an image, or its changed layers, from its registry.' },
  args: { image },
  run: ({ args }) => withServices((services) => follow(services, services.images.pull(system, args.image))),
});

const buildCommand = defineCommand({
  meta: { name: 'build', description: 'Build the image of a folder under images/, and test it.' },
  args: { folder: { type: 'positional', required: true, description: 'Name of the folder.' } },
  run: ({ args }) =>
    withServices((services) => follow(services, services.images.buildFolder(system, args.folder))),
});

const removeCommand = defineCommand({
  meta: { name: 'remove', description: 'Remove an unused image that Berth pulled or built.' },
  args: { image },
  run: ({ args }) =>
    withServices(async ({ images }) => {
      const removed = await images.remove(system, args.image);
      process.stdout.write(removed ? 'removed\n' : 'There is no such image.\n');
    }),
});

const pruneCommand = defineCommand({
  meta: { name: 'prune', description: 'Remove all unused images that Berth pulled or built.' },
  run: () => withServices((services) => follow(services, services.images.prune(system))),
});

/** `berth images …`: for administrators of the host; it needs no credentials. */
export const imagesCommand = defineCommand({
  meta: { name: 'images', description: 'List, pull, build and remove images on the engine.' },
  subCommands: {
    list: listCommand,
    pull: pullCommand,
    build: buildCommand,
    remove: removeCommand,
    prune: pruneCommand,
  },
});

/** Prints the output of a job until it ends. Ctrl-C cancels the job. */
async function follow({ jobs }: Services, starting: Promise<Job>): Promise<void> {
  const { id } = await starting;
  const cancel = () => void jobs.cancel(system, id);
  process.on('SIGINT', cancel);
  let printed = '';
  let job: Job;
  for (;;) {
    job = await jobs.get(system, id);
    const log = await jobs.log(system, id);
    process.stdout.write(newPart(log, printed));
    printed = log;
    if (job.finishedAt) break;
    await sleep(POLL_EVERY_MS);
  }
  process.off('SIGINT', cancel);
  if (job.state === 'succeeded') return;
  process.stderr.write(`${job.reason?.message ?? 'cancelled'}\n`);
  process.exitCode = 1;
}

/** Returns the part of a log that was added since it was `before`. */
function newPart(log: string, before: string): string {
  if (log.startsWith(before)) return log.slice(before.length);
  const tail = before.slice(-TAIL_CHARS);
  const at = log.lastIndexOf(tail);
  return at < 0 ? log : log.slice(at + tail.length);
}

function describe({
  id,
  names,
  sizeBytes,
  origin,
  labs,
  machines,
  foreignContainers,
  pinnedBy,
}: Image): string {
  return [
    names.join(' ') || id.slice(0, 19),
    `${Math.ceil(sizeBytes / 1e6)} MB`,
    origin.replace('_', '-'),
    labs.length > 0 && `labs ${labs.join(',')}`,
    machines > 0 && `${machines} machines`,
    foreignContainers > 0 && `${foreignContainers} foreign containers`,
    pinnedBy.length > 0 && `pinned by ${pinnedBy.join(',')}`,
  ]
    .filter(Boolean)
    .join('  ');
}

/** Prints only errors to the terminal. */
const errorsOnly: Log = {
  info: () => {},
  warn: () => {},
  error: (_details, message) => process.stderr.write(`${message}\n`),
};

/**
 * Runs `work` with the services of the settings, even while another service runs. They do no background work. Prints a
 * fault as one line.
 */
async function withServices(work: (services: Services) => Promise<void>): Promise<void> {
  try {
    const config = readConfig(process.env);
    await mkdir(config.dataDir, { recursive: true });
    await migrate({ url: config.databaseUrl });
    const services = await createServices({ config, log: errorsOnly });
    try {
      await work(services);
    } finally {
      await services.stop();
    }
  } catch (error) {
    if (!isFault(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
