import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';

/** How often the engine is asked about a command whose input waits, in milliseconds. */
const LOOK_MS = 500;

/**
 * Closes the connection of a command that has ended with input of it unread: the engine notes the end, but
 * may go on to wait for somebody to read, and then never closes it. Returns what stops looking.
 */
export function closeWhenUnread(stream: Duplex, exec: Docker.Exec): () => void {
  let hasEnded = false;

  async function look(): Promise<void> {
    if (stream.writableLength === 0) return;
    // What it printed last has come by the second time.
    if (hasEnded) stream.destroy();
    const { Running, ExitCode } = await exec.inspect();
    hasEnded = !Running && ExitCode !== null;
  }

  stream.on('data', () => (hasEnded = false));
  // An engine that does not answer says so wherever else it is asked.
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_MS);
  return () => clearInterval(timer);
}
