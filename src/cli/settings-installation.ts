import { access } from 'node:fs/promises';
import { openDatabase } from '../infra/database/database.ts';
import { parseDatabaseUrl } from '../infra/database/database-url.ts';
import { readInstallation } from '../infra/database/installation.ts';

/** The installation whose settings these are, by its database; undefined where there is none yet. @throws DATABASE_UNREACHABLE */
export async function settingsInstallation({
  databaseUrl,
}: {
  databaseUrl: string;
}): Promise<string | undefined> {
  const location = parseDatabaseUrl(databaseUrl);
  // To open a file that is not there would make it.
  if (location.provider === 'sqlite' && !(await isThere(location.file))) return undefined;
  const database = await openDatabase({ url: databaseUrl });
  try {
    return await readInstallation(database);
  } finally {
    await database.close();
  }
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
