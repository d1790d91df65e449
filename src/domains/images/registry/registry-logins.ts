import type { Encryption } from '../../../core/encryption.ts';
import type { RegistryLogin } from '../../../engine/engine-images.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { RegistryCredentialStore, SealedCredential } from './registry-credential-store.ts';

/** Returns the encryption context of a registry's password. */
export function secretOf(registry: string): string {
  return `the registry ${registry}`;
}

export type RegistryLogins = ReturnType<typeof createRegistryLogins>;

/** Creates the reader of decrypted logins, for the engine only. */
export function createRegistryLogins(options: {
  store: RegistryCredentialStore;
  encryption: Encryption;
  log: Log;
}) {
  const { store, encryption, log } = options;

  function open({ registry, username, secret }: SealedCredential): RegistryLogin {
    return { username, password: encryption.open(secret, secretOf(registry)) };
  }

  return {
    /** @throws SECRET_UNREADABLE */
    async credentialsFor(registry: string): Promise<RegistryLogin | undefined> {
      const found = await store.find(registry);
      return found && open(found);
    },

    /** Returns all readable logins by registry; a build may not need the unreadable ones. */
    async allCredentials(): Promise<Record<string, RegistryLogin>> {
      const logins: Record<string, RegistryLogin> = {};
      for (const found of await store.all()) {
        try {
          logins[found.registry] = open(found);
        } catch (error) {
          if (!isFault(error, 'SECRET_UNREADABLE')) throw error;
          log.warn(
            { err: error, registry: found.registry },
            'decrypting registry credentials failed; the build continues without them',
          );
        }
      }
      return logins;
    },
  };
}
