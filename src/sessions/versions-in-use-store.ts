import type { Database } from '../database/database.ts';

/** The versions of labs on which a session is active or a saved state stands, each once. */
export async function versionsInUse({ client }: Database): Promise<{ slug: string; version: string }[]> {
  const distinct = ['labSlug', 'labVersion'] as const;
  const select = { labSlug: true, labVersion: true };
  const [sessions, states] = await Promise.all([
    client.session.findMany({ where: { activeKey: { not: null } }, distinct: [...distinct], select }),
    client.savedState.findMany({ distinct: [...distinct], select }),
  ]);
  const byName = new Map(
    [...sessions, ...states].map(({ labSlug, labVersion }) => [
      `${labSlug} ${labVersion}`,
      { slug: labSlug, version: labVersion },
    ]),
  );
  return [...byName.values()];
}
