import type { BerthProcess } from '../service/berth-process.ts';
import { until } from '../basics/until.ts';

/** Starts a session of the Linux lab as the admin. Returns its id once it is ready. */
export async function startSession(berth: BerthProcess): Promise<string> {
  const { startSession } = await berth.graphql<{ startSession: { session: { id: string } } }>(
    'mutation { startSession(input: { lab: "linux-command-line" }) { session { id } } }',
  );
  const { id } = startSession.session;
  await until(async () => {
    const { session } = await berth.graphql<{ session: { state: string } }>(
      'query ($id: ID!) { session(id: $id) { state } }',
      { id },
    );
    return session.state === 'READY';
  });
  return id;
}
