import type { EngineImages, RegistryLogin } from '../../../engine/engine-images.ts';
import type { EngineRegistry, RegistryImage } from '../../../engine/engine-registry.ts';
import { listedName } from '../../../engine/image-name.ts';
import { fault, isFault } from '../../../core/errors.ts';
import { requireActor } from '../../identity/actor.ts';
import type { Actor } from '../../identity/actor.ts';
import type { JobRunner } from '../jobs/job-runner.ts';
import type { Job } from '../jobs/job.ts';
import { mirrorWork } from '../jobs/mirror-work.ts';
import type { PushNames } from './push-names.ts';
import { parseRegistryName, registryNameOf, targetOf } from './registry-name.ts';

/** The local registry as admins see it. */
export interface LocalRegistry {
  /** What names of its images begin with on the engine, such as `127.0.0.1:5000`. */
  address: string;
  images: RegistryImage[];
}

/** What admins may do with the local registry. Every method throws `LOCAL_REGISTRY_UNAVAILABLE` where there is none. */
export interface RegistryService {
  get(actor: Actor | undefined): Promise<LocalRegistry>;
  /**
   * Puts an image there, as `as` or under its own name, where the engine or its registry has it; the
   * job that does so already where there is one.
   * @throws INPUT_INVALID, JOB_BUSY while another image is put there by that name, JOB_LIMIT
   */
  mirror(actor: Actor | undefined, input: { image: string; as?: string | undefined }): Promise<Job>;
  /** Removes an image, with the other tags of the same content; false when there is none by that name. @throws INPUT_INVALID */
  remove(actor: Actor | undefined, image: string): Promise<boolean>;
}

/** The local registry for admins; `registry` is undefined where it is off. */
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
  /** How to sign in to a registry, given as host and port. */
  loginFor: (registry: string) => Promise<RegistryLogin | undefined>;
}): RegistryService {
  function required(): EngineRegistry {
    if (registry) return registry;
    throw fault('LOCAL_REGISTRY_UNAVAILABLE', {
      problem: 'it is off, and an admin turns it on with BERTH_REGISTRY',
    });
  }

  return {
    async get(actor) {
      requireActor(actor, { scope: 'read', role: 'admin' });
      const there = required();
      return { address: await there.address(), images: await there.list() };
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
