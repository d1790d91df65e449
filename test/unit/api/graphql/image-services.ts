/** Images and jobs in memory that behave like the real services. */
import { finished } from 'node:stream/promises';
import type { GraphqlServices } from '../../../../src/api/graphql/services.ts';
import { fault } from '../../../../src/core/errors.ts';
import { requireActor } from '../../../../src/domains/identity/actor.ts';
import type { Actor } from '../../../../src/domains/identity/actor.ts';
import type { Image } from '../../../../src/domains/images/image.ts';
import type { Job, JobKind } from '../../../../src/domains/images/jobs/job.ts';
import { at, lab } from './world.ts';
import type { World } from './world.ts';

const image: Image = {
  id: 'sha256:12',
  names: ['debian:trixie'],
  digests: [],
  sizeBytes: 5_000_000_000,
  createdAt: at,
  origin: 'pulled',
  labs: [lab.slug, 'gone'],
  machines: 1,
  foreignContainers: 0,
  pinnedBy: [],
  prunable: false,
};

export function createImageServices(
  world: Pick<World, 'events'>,
): Pick<GraphqlServices, 'images' | 'jobs' | 'registryCredentials'> {
  const jobs = new Map<string, Job>();
  const mayRead = (actor: Actor | undefined) => requireActor(actor, { scope: 'read', role: 'instructor' });

  function start(actor: Actor | undefined, kind: JobKind, subject: string): Job {
    requireActor(actor, { scope: 'manage', role: 'admin' });
    const job: Job = {
      id: `job-${jobs.size + 1}`,
      kind,
      subject,
      state: 'running',
      version: 1,
      progress: { percent: 10, layers: [{ id: 'a', phase: 'downloading', current: 1, total: undefined }] },
      reason: undefined,
      startedById: actor.userId,
      cancelledAt: undefined,
      createdAt: at,
      finishedAt: undefined,
    };
    jobs.set(job.id, job);
    return job;
  }

  function find(id: string): Job {
    const job = jobs.get(id);
    if (!job) throw fault('NOT_FOUND', { thing: 'job' });
    return job;
  }

  return {
    images: {
      async get(actor, id) {
        mayRead(actor);
        if (id !== image.id) throw fault('NOT_FOUND', { thing: 'image' });
        return image;
      },
      async list(actor) {
        mayRead(actor);
        return { items: [{ node: image, cursor: 'i1' }], hasNextPage: false };
      },
      async folders(actor) {
        mayRead(actor);
        return [{ name: 'linux', image: 'berth/lab-linux:latest' }];
      },
      pull: async (actor, name) => start(actor, 'pull', name),
      buildFolder: async (actor, folder) => start(actor, 'build', folder),
      async buildUpload(actor, { name, tar }) {
        const job = start(actor, 'build', name);
        tar.resume();
        await finished(tar);
        return job;
      },
      async remove(actor, name) {
        requireActor(actor, { scope: 'manage', role: 'admin' });
        return image.names.includes(name);
      },
      prune: async (actor) => start(actor, 'prune', 'unused images'),
    },
    jobs: {
      async get(actor, id) {
        mayRead(actor);
        return find(id);
      },
      async list(actor) {
        mayRead(actor);
        return { items: [...jobs.values()].map((node) => ({ node, cursor: node.id })), hasNextPage: false };
      },
      async log(actor, id) {
        mayRead(actor);
        return `${find(id).subject}\n`;
      },
      async cancel(actor, id) {
        requireActor(actor, { scope: 'manage', role: 'admin' });
        const job = { ...find(id), state: 'cancelled' as const, cancelledAt: at, finishedAt: at, version: 2 };
        jobs.set(id, job);
        await world.events.publish('job.changed', { jobId: id, version: 2 });
        return job;
      },
    },
    registryCredentials: {
      async list(actor) {
        requireActor(actor, { scope: 'read', role: 'admin' });
        return [];
      },
      async set(actor, { registry, username }) {
        requireActor(actor, { scope: 'manage', role: 'admin' });
        return { registry, username, createdAt: at, updatedAt: at };
      },
      async remove(actor) {
        requireActor(actor, { scope: 'manage', role: 'admin' });
        return true;
      },
    },
  };
}
