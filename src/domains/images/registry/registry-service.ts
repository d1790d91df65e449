import type { EngineImages, RegistryLogin } from '../../../engine/engine-images.ts';
import type { EngineRegistry, RegistryImage } from '../../../engine/engine-registry.ts';
import { listedName } from '../../../engine/image-name.ts';
import { fault, isFault } from '../../../core/errors.ts';
import { requireActor } from '../../identity/actor.ts';
import type { Actor } from '../../identity/actor.ts';
import type { JobRunner } from '../jobs/job-runner.ts';
import type { Job } from '../jobs/job.ts';
import { mirrorWork } from '../jobs/image-work.ts';
import type { PushNames } from './push-name-store.ts';
import { parseRegistryName, registryNameOf, targetOf } from './registry-name.ts';

/** The local registry as admins see it. */
export interface LocalRegistry {
  /** Prefix of its image names on the engine, such as `127.0.0.1:5000`. */
  address: string;
  images: RegistryImage[];
}

/** Use cases of the local registry for admins. Every method throws `LOCAL_REGISTRY_UNAVAILABLE` without one. */
export interface RegistryService {
  get(actor: Actor | undefined): Promise<LocalRegistry>;
  /**
   * Pushes an image, under `as` or its own name, from the engine or its registry. Returns the running job if the same
   * one is in progress.
   * @throws INPUT_INVALID, JOB_BUSY while another image is pushed under that name, JOB_LIMIT
   */
  mirror(actor: Actor | undefined, input: { image: string; as?: string | undefined }): Promise<Job>;
  /**
   * Removes an image, with the other tags of the same content. Returns false if it does not exist.
   * @throws INPUT_INVALID
   */
  remove(actor: Actor | undefined, image: string): Promise<boolean>;
}

/** Creates the registry service; `registry` is undefined if it is off. */
export function createRegistryService({
  registry,
  engine,
  startJob,
  names,
  loginFor,
}: {
  registry: EngineRegistry | undefined;
  engine: Pick<EngineImages, 'findOrPull' | 'find'>;
  startJob: JobRunner['start'];
  names: Pick<PushNames, 'note' | 'clear'>;
  /** Returns the login for a registry, given as host and port. */
  loginFor: (registry: string) => Promise<RegistryLogin | undefined>;
}): RegistryService {
  function required(): EngineRegistry {
    if (registry) return registry;
    throw fault('LOCAL_REGISTRY_UNAVAILABLE', {
      problem: 'it is off. An admin can turn it on with BERTH_REGISTRY',
    });
  }

  return {
    async get(actor) {
      requireActor(actor, { scope: 'read', role: 'admin' });
      const local = required();
      return { address: await local.address(), images: await local.list() };
    },

    async mirror(actor, { image, as }) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const given = as === undefined ? registryNameOf(image) : parseRegistryName(as);
      const work = mirrorWork({
        engine,
        registry: required(),
        loginFor,
        names,
        image: listedName(image),
        as: given,
      });
      const thing = targetOf(given);
      const subject = `${listedName(image)} as ${thing}`;
      const { job } = await startJob({ kind: 'mirror', subject, thing, startedById: actor.userId }, work);
      if (job.subject !== subject) throw fault('JOB_BUSY', { subject: job.subject });
      return job;
    },

    async remove(actor, image) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const { name, tag } = parseRegistryName(image);
      try {
        await required().delete(name, tag);
        return true;
      } catch (error) {
        if (isFault(error, 'NOT_FOUND')) return false;
        throw error;
      }
    },
  };
}
