import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { utimes } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { WebSocket } from 'ws';
import { clearService } from '../../kit/engine/installation.ts';
import { bundledLab } from '../../kit/labs/lab-folders.ts';
import { memoryFolder } from '../../kit/basics/memory-folder.ts';
import { freePort } from '../../kit/runner/machine/service-process.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

await t.test(
  'npm run dev serves the web app and the API at one address, and restarts the service',
  async (t) => {
    const port = await freePort();
    const adminToken = 'berth_dev_'.padEnd(32, 'x');
    const env = {
      ...process.env,
      BERTH_PORT: String(port),
      BERTH_DATA_DIR: await memoryFolder('berth-dev-'),
      BERTH_LABS_DIR: await bundledLab(t),
      BERTH_ADMIN_TOKEN: adminToken,
      BERTH_REGISTRY: 'off',
      BERTH_ENGINE_SETUP: 'off',
    };
    const dev = spawn(process.execPath, ['setup/run.mjs', 'dev'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(dev, 'exit');
    t.teardown(async () => {
      dev.kill('SIGTERM');
      await ended;
      await clearService(env);
    });
    let output = '';
    for (const stream of [dev.stdout, dev.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    const starts = async (count: number) => {
      while (output.split('Berth is ready').length <= count) {
        if (dev.exitCode !== null) throw new Error(`"npm run dev" ended:\n${output}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const url = `http://127.0.0.1:${port}`;
    const viewer = async () => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${adminToken}` },
        body: '{"query":"{ viewer { role } }"}',
      });
      return response.json();
    };

    await starts(1);
    t.match(
      await (await fetch(`${url}/labs`)).text(),
      /@vite\/client/,
      'the web app reloads without a build',
    );
    t.match(await (await fetch(`${url}/src/main.tsx`)).text(), /import/, 'the sources are served one by one');
    t.strictSame(await viewer(), { data: { viewer: { role: 'ADMIN' } } });
    const socket = new WebSocket(url.replace('http', 'ws') + '/graphql', 'graphql-transport-ws');
    await once(socket, 'open');
    const payload = { authorization: `Bearer ${adminToken}` };
    socket.send(JSON.stringify({ type: 'connection_init', payload }));
    const [answer] = (await once(socket, 'message')) as [Buffer];
    t.match(answer.toString(), /connection_ack/);
    socket.terminate();

    const now = new Date();
    await utimes(`${root}/src/main.ts`, now, now);
    await starts(2);
    t.match(output, /src\/main\.ts changed: restarting the service/);
    t.strictSame(await viewer(), { data: { viewer: { role: 'ADMIN' } } });

    dev.kill('SIGTERM');
    const [code] = (await ended) as [number];
    t.equal(code, 0);
    await t.rejects(fetch(url), 'nothing listens any more');
  },
);
