import { TerminalClient } from '../test/kit/terminals/terminal-client.ts';
import type { BenchContext, BenchSession } from './context.ts';

/** Terminals that are opened at the same time. */
const AT_ONCE = 4;

/** Opens `count` terminals, spread over the sessions, and waits for their prompts. */
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

/** Closes the sockets, and waits until the service has released their resources. */
export async function closeAll(clients: readonly TerminalClient[]): Promise<void> {
  await Promise.all(clients.map((client) => client.close()));
  await new Promise((resolve) => setTimeout(resolve, 2_000));
}
