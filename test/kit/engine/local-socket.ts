import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { until } from '../basics/until.ts';

/** Connects to a Unix socket as soon as a listener accepts connections. */
export async function connectLocally(path: string): Promise<Socket> {
  let connected: Socket | undefined;
  await until(async () => {
    const socket = connect(path);
    try {
      await once(socket, 'connect');
      connected = socket;
      return true;
    } catch {
      return false;
    }
  });
  if (!connected) throw new Error(`Nobody listens at ${path}.`);
  return connected;
}
