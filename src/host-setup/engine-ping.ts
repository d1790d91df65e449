import { connectEngine } from '../engine/docker/client.ts';
import { call, engineMessage } from '../engine/docker/faults.ts';

/** An engine answers a ping in milliseconds; one that does not in this time is not usable. */
const PING_TIMEOUT_MS = 3_000;

/** `refused` means that an engine is there, but this user may not talk to it. */
export type PingResult =
  | { readonly state: 'up' }
  | { readonly state: 'refused' | 'down'; readonly reason: string };

/** Asks the engine at `address` for a sign of life. @throws CONFIG_INVALID for an address that cannot be used */
export async function pingEngine(address: string, env: NodeJS.ProcessEnv): Promise<PingResult> {
  const { docker, close } = connectEngine(address, env);
  try {
    await call(() => docker.ping(), { timeoutMs: PING_TIMEOUT_MS });
    return { state: 'up' };
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { code?: string };
    return { state: code === 'EACCES' ? 'refused' : 'down', reason: engineMessage(error) };
  } finally {
    close();
  }
}
