import { connectEngine } from '../engine/docker/client.ts';
import { call, engineMessage } from '../engine/docker/faults.ts';

/** An engine responds to a ping in milliseconds. One that needs longer than this is not usable. */
const PING_TIMEOUT_MS = 3_000;

/** `refused` means that an engine exists, but this user may not access it. */
export type PingResult =
  | { readonly state: 'up' }
  | { readonly state: 'refused' | 'down'; readonly reason: string };

/** Pings the engine at `address`. @throws CONFIG_INVALID for an invalid address */
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
