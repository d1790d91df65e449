/* `npm run dev`: the service from its sources and the web app with hot reload, behind one address. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STOP_SIGNALS } from './hand-over.mjs';

/** Folders with the sources of the service. A change in one of them restarts it. */
const SOURCES = ['src', 'packages', 'prisma'];
/** Sources that code is generated from. */
const SCHEMA = /\.(?:graphql|prisma)$/;
const OUTPUT = /(?:^|\/)(?:generated|dist|node_modules)(?:\/|$)/;
/** An editor or a branch switch saves many files at the same moment. */
const SETTLE_MS = 200;

/** Runs both until a signal stops them. Resolves to the exit code. */
export async function runDev({ root, env, regenerate, output }) {
  const host = env.BERTH_HOST ?? '127.0.0.1';
  const port = Number(env.BERTH_PORT ?? 8080);
  const servicePort = await freePort();
  const publicUrl = env.BERTH_PUBLIC_URL ?? `http://${host}:${port}`;
  const service = createService({
    root,
    env: { ...env, BERTH_PORT: servicePort, BERTH_PUBLIC_URL: publicUrl },
    output,
  });

  process.env.BERTH_DEV_SERVICE = `http://127.0.0.1:${servicePort}`;
  const front = await listen(createHttpServer(), port, host);
  const { createServer: createVite } = await import('vite');
  // With its own server, Vite would end this process at a signal, before the service has stopped.
  const vite = await createVite({
    configFile: join(root, 'web/vite.config.ts'),
    appType: 'spa',
    server: { middlewareMode: { server: front }, hmr: { server: front } },
    clearScreen: false,
  });
  front.on('request', vite.middlewares);
  output.write(
    `\nThe web app is at ${publicUrl}, and the service behind it starts. Both follow changes of their sources.\n`,
  );

  const stopping = stopSignal();
  vite.watcher.add(SOURCES.map((folder) => join(root, folder)));
  const changes = watchSources(vite.watcher, root);
  service.start();
  for (;;) {
    const changed = await Promise.race([changes.next(), stopping]);
    if (changed === 'stop') break;
    output.write(`\n${changed.join(', ')} changed: restarting the service.\n`);
    await service.stop();
    if (!changed.some((path) => SCHEMA.test(path)) || (await regenerates(regenerate, output)))
      service.start();
  }
  front.close();
  await Promise.all([service.stop(), vite.close()]);
  front.closeAllConnections();
  return 0;
}

function createService({ root, env, output }) {
  let child;
  return {
    start() {
      const args = ['--enable-source-maps', '--import=./setup/typescript.mjs', 'src/cli/main.ts', 'up'];
      const started = spawn(process.execPath, args, {
        cwd: root,
        env,
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      child = started;
      started.once('exit', (code) => {
        if (child === started)
          output.write(`\nThe service ended (exit code ${code}). Save a file to restart it.\n`);
      });
    },
    async stop() {
      const stopped = child;
      child = undefined;
      if (!stopped || stopped.exitCode !== null || stopped.signalCode !== null) return;
      const exited = once(stopped, 'exit');
      stopped.kill('SIGTERM');
      await exited;
    },
  };
}

/** `next` resolves to the paths that changed since the last call, when changes have settled. */
function watchSources(watcher, root) {
  const changed = new Set();
  let notify;
  watcher.on('all', (_event, path) => {
    const name = relative(root, path);
    if (!SOURCES.some((folder) => name.startsWith(`${folder}/`)) || OUTPUT.test(name)) return;
    changed.add(name);
    notify?.();
  });
  return {
    async next() {
      if (changed.size === 0) await new Promise((resolve) => (notify = resolve));
      await sleep(SETTLE_MS);
      const paths = [...changed];
      changed.clear();
      return paths;
    },
  };
}

async function regenerates(regenerate, output) {
  try {
    await regenerate();
    return true;
  } catch (error) {
    output.write(`\n${error.message}\n`);
    return false;
  }
}

function stopSignal() {
  return new Promise((resolve) => {
    for (const signal of STOP_SIGNALS) process.on(signal, () => resolve('stop'));
  });
}

async function listen(server, port, host) {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const remedy = `Stop the program that uses it, or set BERTH_PORT to another port.`;
    throw Object.assign(new Error(`Could not listen on ${host}:${port}: ${error.message}`), { remedy });
  }
  return server;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
