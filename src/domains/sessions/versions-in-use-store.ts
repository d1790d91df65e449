import type { Database } from '../../infra/database/database.ts';
import { versionName } from '../labs/lab.ts';
import type { VersionKey } from '../labs/lab.ts';

/** Returns the versions of labs that an active session or a saved state uses, each once. */
export async function versionsInUse({ client }: Database): Promise<VersionKey[]> {
  const distinct = ['labSlug', 'labVersion'] as const;
  const select = { labSlug: true, labVersion: true };
  const [sessions, states] = await Promise.all([
    client.session.findMany({ where: { activeKey: { not: null } }, distinct: [...distinct], select }),
    client.savedState.findMany({ distinct: [...distinct], select }),
  ]);
  const keys = [...sessions, ...states].map(({ labSlug, labVersion }) => ({
    slug: labSlug,
    version: labVersion,
  }));
  return [...new Map(keys.map((key) => [versionName(key), key])).values()];
}
