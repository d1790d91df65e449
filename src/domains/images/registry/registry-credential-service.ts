import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { Encryption } from '../../../core/encryption.ts';
import { parseImageName, readRegistry } from '../../../engine/image-name.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { RegistryLogin } from '../../../engine/engine-images.ts';
import type { Log } from '../../../core/log.ts';
import { requireActor } from '../../identity/actor.ts';
import { createRegistryCredentialStore } from './registry-credential-store.ts';
import type { RegistryCredentialStore, SealedCredential } from './registry-credential-store.ts';
import type { RegistryCredentialService } from './registry-credential.ts';

/** Longest user name and password, in characters: some registries issue tokens of several thousand. */
const LONGEST_USERNAME = 255;
const LONGEST_PASSWORD = 16_384;
/** Maximum number of registries: the list has one page. */
const REGISTRY_LIMIT = 100;

/** Creates the service of registry credentials, and the reader of decrypted logins, which is for the engine only. */
export function createRegistryCredentials(options: {
  database: Database;
  encryption: Encryption;
  clock: Clock;
  log: Log;
}) {
  const { database, encryption, clock, log } = options;
  const store = createRegistryCredentialStore({ database });
  return {
    service: createRegistryCredentialService({ store, encryption, clock }),
    ...createRegistryLogins({ store, encryption, log }),
  };
}

function createRegistryCredentialService(options: {
  store: RegistryCredentialStore;
  encryption: Encryption;
  clock: Clock;
}): RegistryCredentialService {
  const { store, encryption, clock } = options;
  return {
    async list(actor) {
      requireActor(actor, { scope: 'read', role: 'admin' });
      return store.list();
    },

    async set(actor, { registry: given, username, password }) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const registry = requireRegistry(given);
      requireText('username', username, LONGEST_USERNAME);
      requireText('password', password, LONGEST_PASSWORD);
      const present = await store.list();
      if (present.length >= REGISTRY_LIMIT && !present.some((each) => each.registry === registry)) {
        throw fault('INPUT_INVALID', {
          problem: `Credentials of ${REGISTRY_LIMIT} registries are stored already. Remove some first.`,
        });
      }
      const secret = encryption.seal(password, contextOf(registry));
      return store.put({ registry, username, secret }, clock.now());
    },

    async remove(actor, registry) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      return store.remove(readRegistry(registry));
    },
  };
}

/**
 * Returns the host and port of a registry.
 * @throws INPUT_INVALID
 */
function requireRegistry(given: string): string {
  const registry = readRegistry(given);
  if (parseImageName(`${registry}/image`)?.registry === registry) return registry;
  throw fault('INPUT_INVALID', {
    problem:
      'A registry is a host with an optional port, such as "registry.example.org:5000" or "docker.io".',
  });
}

function requireText(what: string, text: string, longest: number): void {
  if (text.length > 0 && text.length <= longest && !/\p{Cc}/u.test(text)) return;
  throw fault('INPUT_INVALID', {
    problem: `The ${what} must have 1 to ${longest} characters on one line.`,
  });
}

/** Returns the encryption context of a registry's password. */
function contextOf(registry: string): string {
  return `the registry ${registry}`;
}

function createRegistryLogins(options: { store: RegistryCredentialStore; encryption: Encryption; log: Log }) {
  const { store, encryption, log } = options;

  function open({ registry, username, secret }: SealedCredential): RegistryLogin {
    return { username, password: encryption.open(secret, contextOf(registry)) };
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
