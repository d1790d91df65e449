import type { EngineRegistry, RegistryImage } from '../engine/engine-registry.ts';
import { fault, isFault } from '../errors.ts';
import { requireActor } from '../identity/actor.ts';
import type { Actor } from '../identity/actor.ts';
import { parseRegistryName } from './registry-name.ts';

/** The local registry as admins see it. */
export interface LocalRegistry {
  /** What names of its images begin with on the engine, such as `127.0.0.1:5000`. */
  address: string;
  images: RegistryImage[];
}

/** What admins may do with the local registry. Every method throws `LOCAL_REGISTRY_UNAVAILABLE` where there is none. */
export interface RegistryService {
  get(actor: Actor | undefined): Promise<LocalRegistry>;
  /** Removes an image, with the other tags of the same content; false when there is none by that name. @throws INPUT_INVALID */
  remove(actor: Actor | undefined, image: string): Promise<boolean>;
}

/** The local registry for admins; `registry` is undefined where it is off. */
export function createRegistryService({
  registry,
}: {
  registry: EngineRegistry | undefined;
}): RegistryService {
  function required(): EngineRegistry {
    if (registry) return registry;
    throw fault('LOCAL_REGISTRY_UNAVAILABLE', { problem: 'it is off' });
  }

  return {
    async get(actor) {
      requireActor(actor, { scope: 'read', role: 'admin' });
      const there = required();
      return { address: await there.address(), images: await there.list() };
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
