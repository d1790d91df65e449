import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startServiceProcess } from './service-process.ts';

const KEEPS_NOTHING = ['--save', '', '--appendonly', 'no'];

/** Starts the tests' own Redis server on the loopback address, without persistence. */
export async function startRedis(
  args: readonly string[] = KEEPS_NOTHING,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-redis-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const port = await freePort();
    const server = await startServiceProcess({
      command: 'redis-server',
      args: ['--port', String(port), '--bind', '127.0.0.1', ...args],
      cwd: folder,
      stopSignal: 'SIGTERM',
      isReady: () => answers(port),
    });
    return {
      url: `redis://127.0.0.1:${port}`,
      async stop() {
        await server.stop();
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [reply] = await once(socket, 'data');
    return /^(\+PONG|-NOAUTH)/.test(String(reply));
  } catch (error) {
    if ((error as { code?: string }).code === 'ECONNREFUSED') return false;
    throw error;
  } finally {
    socket.destroy();
  }
}
