import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { pack as createPack } from 'tar-stream';
import type { Test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { freePort, startServiceProcess } from '../runner/machine/service-process.ts';

/** The user of a registry that requires credentials. */
export const REGISTRY_USER = { username: 'keeper', password: 'registry-password' };
/** The same as a line of htpasswd. The registry only accepts bcrypt, which Node does not have. */
const HTPASSWD = `${REGISTRY_USER.username}:$2y$05$abcdefghijklmnopqrstuux7DVfxfgfXTmp/9Tsk6HzX2QQGjxePG\n`;

/** A test's own registry on a loopback port, which engines use without TLS. */
export interface TestRegistry {
  /** Host and port, the prefix of its image names. */
  address: string;
  port: number;
  /**
   * Pushes an image of `layers`, one file each, as `name` (such as `tools:1`), and leaves nothing of it on the engine.
   * Each push creates another image.
   */
  push(name: string, layers?: Buffer[]): Promise<PushedImage>;
  /** Pushes an image of the engine as `name`. Its names on the engine do not change. */
  pushCopy(image: string, name: string): Promise<PushedImage>;
  /** Ends it. `start` restarts it on the same port with the same content. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface PushedImage {
  /** Its name with the registry's address. */
  reference: string;
  /** The digest of its manifest, such as `sha256:…`. */
  digest: string;
}

/**
 * Starts a registry, which is removed after the test with its content. `locked` requires {@link REGISTRY_USER}. One
 * with an `upstream` is a cache of that.
 */
export async function startRegistry(
  t: Test,
  { locked = false, upstream }: { locked?: boolean; upstream?: string } = {},
): Promise<TestRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-registry-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const config = join(folder, 'config.json');
  await writeFile(join(folder, 'htpasswd'), HTPASSWD);
  await writeFile(
    config,
    JSON.stringify({
      ...settings(folder, address, locked),
      ...(upstream !== undefined && { proxy: { remoteurl: upstream } }),
    }),
  );

  const launch = () =>
    startServiceProcess({
      command: 'docker-registry',
      args: ['serve', config],
      cwd: folder,
      stopSignal: 'SIGTERM',
      isReady: () => answers(address),
    });
  let server = await launch();
  t.teardown(() => server.stop());

  return {
    address,
    port,
    push: (name, layers = [randomBytes(1024)]) => push(`${address}/${name}`, layers, locked),
    pushCopy: (image, name) => pushCopy(image, `${address}/${name}`, locked),
    stop: () => server.stop(),
    async start() {
      server = await launch();
    },
  };
}

/** Attempts to build an image while other tests remove images. */
const BUILD_TRIES = 5;

/** JSON is valid YAML, which the registry reads. */
function settings(folder: string, addr: string, locked: boolean) {
  return {
    version: '0.1',
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'images') }, delete: { enabled: true } },
    http: { addr, secret: randomBytes(16).toString('hex') },
    ...(locked && { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } }),
  };
}

async function answers(address: string): Promise<boolean> {
  try {
    // A registry that requires credentials answers 401.
    return (await fetch(`http://${address}/v2/`)).status < 500;
  } catch {
    return false;
  }
}

async function push(reference: string, layers: Buffer[], locked: boolean): Promise<PushedImage> {
  return withDocker(async (docker) => {
    await build(docker, layers, reference);
    return send(docker, reference, locked);
  });
}

/** Builds an image. The engine can lose a layer of a build while another test removes images: then it builds again. */
async function build(docker: Docker, layers: Buffer[], reference: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await finished(await docker.buildImage(context(layers), { t: reference, version: '1' }));
      return;
    } catch (error) {
      const isDisturbed = error instanceof Error && error.message.startsWith('unable to find image "sha256:');
      if (!isDisturbed || tries === BUILD_TRIES) throw error;
    }
  }
}

async function pushCopy(image: string, reference: string, locked: boolean): Promise<PushedImage> {
  return withDocker(async (docker) => {
    const colon = reference.lastIndexOf(':');
    await docker.getImage(image).tag({ repo: reference.slice(0, colon), tag: reference.slice(colon + 1) });
    return send(docker, reference, locked);
  });
}

async function withDocker<T>(work: (docker: Docker) => Promise<T>): Promise<T> {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  try {
    return await work(docker);
  } finally {
    close();
  }
}

/** Pushes the image to the registry in its name, then removes the name. */
async function send(docker: Docker, reference: string, locked: boolean): Promise<PushedImage> {
  const image = docker.getImage(reference);
  const output = await finished(
    await image.push({
      authconfig: { ...(locked ? REGISTRY_USER : { username: '', password: '' }), serveraddress: '' },
    }),
  );
  const digest = output.find((message) => message.aux?.Digest !== undefined)?.aux?.Digest;
  await image.remove();
  if (digest === undefined) throw new Error(`${reference} was not pushed: ${JSON.stringify(output)}`);
  return { reference, digest };
}

function context(layers: Buffer[]): Readable {
  const pack = createPack();
  const names = layers.map((_, index) => `layer-${index}`);
  const copies = names.map((name) => `COPY ${name} /${name}`);
  // Two builds from the same files would be one image.
  const label = `LABEL test=${randomBytes(8).toString('hex')}`;
  pack.entry({ name: 'Dockerfile' }, ['FROM scratch', label, ...copies, 'CMD ["/layer-0"]', ''].join('\n'));
  for (const [index, layer] of layers.entries()) pack.entry({ name: names[index] ?? '' }, layer);
  pack.finalize();
  return Readable.from(pack, { objectMode: false });
}

interface Message {
  error?: string;
  aux?: { Digest?: string };
}

/** The engine's complete output. Throws its error. */
async function finished(stream: NodeJS.ReadableStream): Promise<Message[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  const lines = Buffer.concat(chunks).toString().split(/\r?\n/).filter(Boolean);
  const messages = lines.map((line) => JSON.parse(line) as Message);
  const failed = messages.find((message) => message.error !== undefined);
  if (failed) throw new Error(failed.error);
  return messages;
}
