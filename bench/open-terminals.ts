import { TerminalClient } from '../test/support/terminal-client.ts';
import type { BenchContext, BenchSession } from './context.ts';

/** Opened at the same time. */
const AT_ONCE = 4;

/** Opens so many terminals, in the sessions by turns, and waits for the prompt of each. */
export async function openTerminals(
  context: BenchContext,
  sessions: readonly BenchSession[],
  count: number,
): Promise<TerminalClient[]> {
  const clients: TerminalClient[] = [];
  let next = 0;
  async function openSome(): Promise<void> {
    while (next < count) {
      const session = sessions[next++ % sessions.length];
      if (!session) throw new Error('There are no sessions.');
      const client = TerminalClient.connect(await context.openTerminal(session));
      clients.push(client);
      await client.expect('$ ', 60_000);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, openSome));
  return clients;
}

/** Closes sockets; the service lets go of them at once, and of what hangs on them a little later. */
export async function closeAll(clients: readonly TerminalClient[]): Promise<void> {
  await Promise.all(clients.map((client) => client.close()));
  await new Promise((resolve) => setTimeout(resolve, 2_000));
}
