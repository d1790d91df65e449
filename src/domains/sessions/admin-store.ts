import type { Database } from '../../infra/database/database.ts';

/** Finds the admins. */
export function createAdminStore({ database }: { database: Database }) {
  return {
    async ids(): Promise<string[]> {
      const admins = await database.client.user.findMany({ where: { role: 'admin' }, select: { id: true } });
      return admins.map(({ id }) => id);
    },
  };
}
