import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prismaFolder } from '../src/infra/database/migrations.ts';
import type { Datamodels } from '../src/infra/database/migrate.ts';

/** Reads a database's schema.prisma and the models that both share. */
export async function readModels(provider: 'sqlite' | 'postgresql'): Promise<Datamodels> {
  const folder = join(prismaFolder(), provider === 'sqlite' ? 'sqlite' : 'postgres');
  return Promise.all(
    ['schema.prisma', 'models.prisma'].map(async (name): Promise<[string, string]> => {
      const path = join(folder, name);
      return [path, await readFile(path, 'utf8')];
    }),
  );
}
