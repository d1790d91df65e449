import { mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { HeldStream } from '../../../src/engine/docker/holder/held-stream.ts';
import { connectLocally } from './local-socket.ts';
import { startNative } from './native-programs.ts';
import { until } from '../basics/until.ts';

export type LocalHolder = Awaited<ReturnType<typeof startLocalHolder>>;

/** An agent that runs on this host, without an engine. */
export async function startLocalHolder(t: Test, program: string, command: readonly string[]) {
  // The path of a socket is limited to 107 bytes, which a test's folder may exceed.
  const folder = await mkdtemp(join(tmpdir(), 'berth-holder-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 's');
  const environment = { PS1: '$ ', TERM: 'xterm-256color', HISTFILE: '' };
  const native = startNative(t, program, [path, ...command], environment);

  /** Connects to it as soon as it listens. */
  async function connected(): Promise<Socket> {
    const socket = await connectLocally(path);
    t.teardown(() => socket.destroy());
    return socket;
  }

  return {
    native,
    connected,
    /** Attaches to its shell, and collects its output from byte `from` on. */
    async attached({ from = 0 } = {}) {
      const stream = new HeldStream(await connected());
      let printed = '';
      stream.on('data', (bytes: Buffer) => (printed += bytes.toString('latin1')));
      stream.attach(24, 80, from);
      return {
        stream,
        printed: () => printed,
        clear: () => void (printed = ''),
        prints: (text: string) => until(async () => printed.includes(text)),
      };
    },
  };
}
