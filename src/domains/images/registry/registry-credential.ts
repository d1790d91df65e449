import type { RegistryLogin } from '../../../engine/engine-images.ts';
import type { Actor } from '../../identity/actor.ts';

/** That Berth can sign in to a registry; the password is never given out. */
export interface RegistryCredential {
  /** Host and port, as names of images begin; `docker.io` for Docker's own. */
  registry: string;
  username: string;
  createdAt: Date;
  updatedAt: Date;
}

/** Use cases of registries' credentials, all for admins; changes need the scope "manage". */
export interface RegistryCredentialService {
  /** By registry. */
  list(actor: Actor | undefined): Promise<RegistryCredential[]>;
  /** Adds a registry's credentials, or puts others in their place. @throws INPUT_INVALID */
  set(
    actor: Actor | undefined,
    credential: { registry: string } & RegistryLogin,
  ): Promise<RegistryCredential>;
  /** False when there are none. */
  remove(actor: Actor | undefined, registry: string): Promise<boolean>;
}
