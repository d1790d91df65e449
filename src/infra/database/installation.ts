import { randomUUID } from 'node:crypto';
import type { Database } from './database.ts';

const KEY = 'installation';

/**
 * Names this installation among others that use the same container engine: it is on all that Berth
 * makes there. It lives in the database, so that every process of the installation has the same,
 * after any crash too.
 */
export async function readInstallation({ client }: Pick<Database, 'client'>): Promise<string> {
  const { value } = await client.setting.upsert({
    where: { key: KEY },
    create: { key: KEY, value: randomUUID() },
    update: { key: KEY },
  });
  return value;
}
