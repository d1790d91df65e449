import { finished } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import type { Clock } from '../../core/clock.ts';
import type { EngineImage, EngineImages } from '../../engine/engine-images.ts';
import { listedName, parseImageName } from '../../engine/image-name.ts';
import { fault, isFault } from '../../core/errors.ts';
import { requireActor } from '../identity/actor.ts';
import type { Actor } from '../identity/actor.ts';
import { buildProgress, requireOwnName, uploadWork, pruneWork, pullWork } from './jobs/image-work.ts';
import { ownNames, usesOf, viewImage } from './image-view.ts';
import type { LabImageUse } from './image-view.ts';
import type { Image, ImageFolder, ImageService } from './image.ts';
import type { JobRunner } from './jobs/job-runner.ts';
import type { JobStore } from './jobs/job-store.ts';
import type { Job, JobWork } from './jobs/job.ts';
import type { ManagedImageStore } from './managed-image-store.ts';
import type { Page, PageRequest } from '../../core/paging.ts';
import { cursorFault, requirePageSize } from '../../core/paging.ts';

/** Prefix of names that only `berth up` gives. */
const RESERVED = 'berth/';

interface ImageServiceParts {
  engine: EngineImages;
  own: ManagedImageStore;
  jobs: JobStore;
  runner: Pick<JobRunner, 'start'>;
  /** The folders from which images can be built. */
  folders: ImageFolders;
  /** Returns all available labs, and the images that they name. */
  labs: () => readonly LabImageUse[];
  /** Returns the slugs of the labs with a version that is pinned to this image. */
  pinnedBy: (imageId: string) => Promise<string[]>;
  clock: Clock;
}

/** Folders with a Dockerfile, which `berth up` builds too. */
export interface ImageFolders {
  list(): Promise<ImageFolder[]>;
  /**
   * Builds, tests and names the folder's image.
   * @throws IMAGE_BUILD_FAILED, IMAGE_NOT_FOUND without a base image, DISK_FULL
   */
  build(
    name: string,
    options: {
      signal: AbortSignal;
      onOutput: (line: string) => void;
      onLeftover: (imageId: string) => Promise<void>;
    },
  ): Promise<void>;
}

export function createImageService(parts: ImageServiceParts): ImageService {
  const { engine, own, jobs, runner, folders, labs, pinnedBy, clock } = parts;

  async function view(image: EngineImage): Promise<Image> {
    return viewImage(image, { own: await own.all(), labs: labs() }, await pinnedBy(image.id));
  }

  async function start(actor: Actor, kind: Job['kind'], subject: string, work: JobWork): Promise<Job> {
    return (await runner.start({ kind, subject, startedById: actor.userId }, work)).job;
  }

  return {
    async get(actor, id) {
      requireActor(actor, { scope: 'read', role: 'instructor' });
      const image = (await engine.list()).find((each) => each.id === id);
      if (!image) throw fault('NOT_FOUND', { thing: 'image' });
      return view(image);
    },

    async list(actor, page) {
      requireActor(actor, { scope: 'read', role: 'instructor' });
      const { items, hasNextPage } = pageOfImages(await engine.list(), page);
      const knowledge = { own: await own.all(), labs: labs() };
      const views = items.map(async ({ node, cursor }) => ({
        node: viewImage(node, knowledge, await pinnedBy(node.id)),
        cursor,
      }));
      return { items: await Promise.all(views), hasNextPage };
    },

    async folders(actor) {
      requireActor(actor, { scope: 'read', role: 'instructor' });
      return folders.list();
    },

    async pull(actor, image) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      requireName(image);
      const name = listedName(image);
      return start(actor, 'pull', name, pullWork({ engine, own, clock, name }));
    },

    async buildFolder(actor, folder) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const found = (await folders.list()).find(({ name }) => name === folder);
      if (!found) throw fault('NOT_FOUND', { thing: 'image folder' });
      return start(actor, 'build', found.image, (task) =>
        folders.build(folder, {
          signal: task.signal,
          onOutput: buildProgress(task),
          onLeftover: (imageId) => own.put({ name: imageId, imageId, origin: 'built' }, clock.now()),
        }),
      );
    },

    async buildUpload(actor, { name: given, tar }) {
      try {
        requireActor(actor, { scope: 'manage', role: 'admin' });
        const name = requireNewName(given);
        await requireOwnName({ engine, own }, name);
        const asked = { kind: 'build' as const, subject: name, startedById: actor.userId };
        const started = await runner.start(asked, uploadWork({ engine, own, clock, name, tar }));
        if (!started.isNew) throw fault('JOB_BUSY', { subject: name });
        await readToEnd(tar, started.done);
        return (await jobs.find(started.job.id)) ?? started.job;
      } finally {
        if (!tar.readableEnded) tar.destroy();
      }
    },

    async remove(actor, given) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const name = listedName(given);
      const ours = await own.all();
      const image = (await engine.list()).find(({ id, names, digests }) =>
        [id, ...names, ...digests].includes(name),
      );
      if (!image) return false;
      if (!ownNames(image, ours).includes(name)) throw fault('IMAGE_NOT_OURS', { image: name });
      const problem = usesOf(await view(image));
      if (problem !== undefined) throw fault('IMAGE_IN_USE', { image: name, problem });
      const outcome = await engine.remove(name);
      if (outcome === 'in-use') {
        throw fault('IMAGE_IN_USE', {
          image: name,
          problem: 'a container or another image is made from it.',
        });
      }
      await own.forget([name]);
      return outcome === 'removed';
    },

    async prune(actor) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      return start(actor, 'prune', 'unused images', pruneWork({ engine, own, labs, pinnedBy }));
    },
  };
}

/** @throws INPUT_INVALID */
function requireName(text: string): void {
  if (parseImageName(text)) return;
  throw fault('INPUT_INVALID', {
    problem: `"${text.slice(0, 200)}" is not an image name. Examples: "debian:trixie", "registry.example.org/tools:1".`,
  });
}

/**
 * Returns the name as engines list it.
 * @throws INPUT_INVALID for a name that a build cannot give
 */
function requireNewName(text: string): string {
  requireName(text);
  const name = listedName(text);
  if (name.includes('@')) {
    throw fault('INPUT_INVALID', { problem: 'The name of a new image cannot contain a digest. Use a tag.' });
  }
  if (name.startsWith(RESERVED)) {
    throw fault('INPUT_INVALID', {
      problem: `Names that start with "${RESERVED}" are reserved. Build the folder under images/, or choose another name.`,
    });
  }
  return name;
}

/**
 * Resolves when the tar was read completely, or is no longer needed.
 * @throws the fault that ended the tar before
 */
async function readToEnd(tar: Readable, done: Promise<void>): Promise<void> {
  // A job that ends early destroys the tar, which is not an error of the tar.
  const read = finished(tar, { writable: false }).catch(() => done);
  await Promise.race([read, done]);
  if (isFault(tar.errored)) throw tar.errored;
}

/** The position of an image in the list. */
type Position = Pick<EngineImage, 'id' | 'createdAt'>;

/**
 * Returns a page of images, newest first. The image of the cursor may no longer exist. Pure.
 * @throws INPUT_INVALID
 */
function pageOfImages(images: readonly EngineImage[], { first, after }: PageRequest): Page<EngineImage> {
  requirePageSize(first);
  const ordered = images.toSorted(compare);
  const seen = after === undefined ? undefined : readCursor(after);
  const rest = seen ? ordered.filter((image) => compare(image, seen) > 0) : ordered;
  return {
    items: rest.slice(0, first).map((node) => ({ node, cursor: writeCursor(node) })),
    hasNextPage: rest.length > first,
  };
}

function compare(one: Position, other: Position): number {
  const age = other.createdAt.getTime() - one.createdAt.getTime();
  return age || (one.id < other.id ? -1 : Number(one.id > other.id));
}

function writeCursor({ id, createdAt }: Position): string {
  return Buffer.from(`${createdAt.getTime()} ${id}`).toString('base64url');
}

function readCursor(cursor: string): Position {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, time, id] = /^(\d{1,15}) ([\w:]{1,100})$/.exec(text) ?? [];
  if (time === undefined || id === undefined) throw cursorFault();
  return { id, createdAt: new Date(Number(time)) };
}
