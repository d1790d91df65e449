import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';

const KEY = 'installation';

/**
 * Returns the id of this installation. Berth labels everything that it creates on the container engine with it, to
 * distinguish installations on the same engine. It is stored in the database, so all processes use the same id.
 */
export async function readInstallation({ client }: Pick<Database, 'client'>): Promise<string> {
  const { value } = await client.setting.upsert({
    where: { key: KEY },
    create: { key: KEY, value: randomUUID() },
    update: { key: KEY },
  });
  return value;
}
