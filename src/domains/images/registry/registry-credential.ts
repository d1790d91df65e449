import type { RegistryLogin } from '../../../engine/engine-images.ts';
import type { Actor } from '../../identity/actor.ts';

/** The stored sign-in of a registry; the password is never returned. */
export interface RegistryCredential {
  /** Host and port, as in image names; `docker.io` for Docker Hub. */
  registry: string;
  username: string;
  createdAt: Date;
  updatedAt: Date;
}

/** Use cases of registry credentials, all for admins; changes need the scope "manage". */
export interface RegistryCredentialService {
  /** Lists the credentials by registry. */
  list(actor: Actor | undefined): Promise<RegistryCredential[]>;
  /**
   * Adds or replaces a registry's credentials.
   * @throws INPUT_INVALID
   */
  set(
    actor: Actor | undefined,
    credential: { registry: string } & RegistryLogin,
  ): Promise<RegistryCredential>;
  /** Deletes a registry's credentials. Returns false if none exist. */
  remove(actor: Actor | undefined, registry: string): Promise<boolean>;
}
