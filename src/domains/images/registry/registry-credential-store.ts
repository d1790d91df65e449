import type { Database } from '../../../infra/database/database.ts';
import type { RegistryCredential as CredentialRow } from '../../../infra/database/generated/sqlite/client.ts';
import { newId } from '../../../core/ids.ts';
import type { RegistryCredential } from './registry-credential.ts';

/** A credential with its encrypted password. */
export type SealedCredential = Pick<CredentialRow, 'registry' | 'username' | 'secret'>;

export type RegistryCredentialStore = ReturnType<typeof createRegistryCredentialStore>;

export function createRegistryCredentialStore({ database: { client } }: { database: Database }) {
  return {
    async list(): Promise<RegistryCredential[]> {
      const rows = await client.registryCredential.findMany({ orderBy: { registry: 'asc' } });
      return rows.map(toCredential);
    },

    async find(registry: string): Promise<SealedCredential | undefined> {
      return (await client.registryCredential.findUnique({ where: { registry } })) ?? undefined;
    },

    all: (): Promise<SealedCredential[]> => client.registryCredential.findMany(),

    async put({ registry, username, secret }: SealedCredential, at: Date): Promise<RegistryCredential> {
      const row = await client.registryCredential.upsert({
        where: { registry },
        create: { id: newId(at), registry, username, secret, createdAt: at, updatedAt: at },
        update: { username, secret, updatedAt: at },
      });
      return toCredential(row);
    },

    /** Deletes a credential. Returns false if it does not exist. */
    async remove(registry: string): Promise<boolean> {
      return (await client.registryCredential.deleteMany({ where: { registry } })).count > 0;
    },
  };
}

function toCredential({ registry, username, createdAt, updatedAt }: CredentialRow): RegistryCredential {
  return { registry, username, createdAt, updatedAt };
}
