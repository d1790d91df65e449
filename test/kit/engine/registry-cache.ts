import { randomBytes } from 'node:crypto';
import type { Test } from 'tap';
import { runExec } from '../../../src/engine/docker/exec/exec.ts';
import { buildFile, buildSpec, openImages, ownName } from './engine-images.ts';
import { notYet, openLocalRegistry, START_MS, whenHolding } from './local-registry.ts';
import { until } from '../basics/until.ts';

/** The root of its storage in the container. */
export const ROOT = '/var/lib/berth-registry/docker/registry/v2';

/** The path of the content with this digest. */
export function fileOf(digest: string): string {
  const hex = digest.slice('sha256:'.length);
  return `${ROOT}/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
}

/** A local registry that fetches from another one, which also belongs to the test. */
export async function openRegistryCache(t: Test) {
  const other = await openLocalRegistry(t);
  await other.registry.ensure();
  await whenHolding(other.registry, 0);
  const images = openImages(t);
  const upstreamHost = `berth-registry-${other.installation}-writer`;
  const opened = await openLocalRegistry(t, { upstream: `http://${upstreamHost}:5000` });
  const { registry, docker, installation } = opened;
  await registry.ensure();
  const network = docker.getNetwork(`berth-registry-${installation}`);
  await network.connect({ Container: upstreamHost });
  const cutOff = () => network.disconnect({ Container: upstreamHost, Force: true });
  t.teardown(() => cutOff().catch(() => undefined));
  const reader = docker.getContainer(`berth-registry-${installation}-reader`);

  /** Runs a command in the registry's container and returns its output. */
  async function inside(...command: string[]): Promise<string> {
    const { stdout } = await runExec(reader, { command, timeoutMs: 20_000, outputLimitBytes: 100_000 });
    return stdout.toString();
  }

  /** Sends a request like a lab's. The HTTP status is the last line. */
  function ask(path: string, ...more: string[]): Promise<string> {
    const socket = ['--unix-socket', '/run/berth-registry/registry.sock'];
    const accept = ['-H', 'Accept: application/vnd.docker.distribution.manifest.v2+json'];
    return inside(
      'curl',
      '-s',
      ...socket,
      '-w',
      '\n%{http_code}',
      ...accept,
      ...more,
      `http://registry/v2/${path}`,
    );
  }

  /** Whether the registry has stored it. It sends fetched content first and stores it afterwards. */
  async function isKept(digest: string): Promise<boolean> {
    return (await inside('find', fileOf(digest))).includes('data');
  }

  /** Pushes an image of this many bytes to the other registry and returns the digest of its layer. */
  async function put(name: string, bytes: number): Promise<string> {
    const own = ownName(t, images);
    const file = { ...buildFile('file', ''), content: randomBytes(bytes) };
    const spec = buildSpec('FROM scratch\nCOPY file /file\n');
    await images.tag(await images.build({ ...spec, context: [...(spec.context as []), file] }), own);
    const [repository = '', tag = ''] = name.split(':');
    await other.registry.push(own, { name: `library/${repository}`, tag }, { onLayers: () => undefined });
    const manifest = await ask(`library/${repository}/manifests/${tag}`);
    return /"digest": *"(sha256:[0-9a-f]+)"[^{]*\}\s*\]/.exec(manifest)?.[1] ?? '';
  }

  // It restarts until it reaches the other one.
  const answers = () => ask('').then((answer) => answer.endsWith('\n200'), notYet('MACHINE_NOT_RUNNING'));
  await until(answers, START_MS);
  return { ...opened, reader, ask, inside, isKept, put, cutOff, upstreamHost };
}
