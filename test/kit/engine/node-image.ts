import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { readHost } from '../../../setup/debian.mjs';
import type { BuildFile, EngineImages } from '../../../src/engine/engine-images.ts';
import { tarOf } from '../basics/tar.ts';

const run = promisify(execFile);
const SQLITE = fileURLToPath(new URL('../../../node_modules/better-sqlite3', import.meta.url));

/** Where Debian-like systems keep trusted certificates, including a proxy's. */
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Builds an image with Node and npm without a registry, for `ARG NODE_IMAGE`: the Node of this test on Berth's base
 * image, with this host's certificates. Returns its id.
 */
export async function buildNodeImage(images: EngineImages, base: string): Promise<string> {
  const files = [...(await nodeFiles()), await certificates(), ...(await compiledSqlite())];
  const dockerfile = [
    `FROM ${base}`,
    'COPY usr/ /usr/',
    ...((await isDebianNode())
      ? ['RUN apt-get update && apt-get install -y nodejs npm libnode-dev']
      : NPM_LINKS),
    'COPY ca-certificates.crt /usr/local/share/berth-test/ca-certificates.crt',
    // Without a compiled one, better-sqlite3 is compiled here, in a third of the time.
    'ENV CFLAGS=-O0 CXXFLAGS=-O0',
    `COPY ${PREBUILDS}/ /${PREBUILDS}/`,
    `ENV npm_config_better_sqlite3_local_prebuilds=/${PREBUILDS}`,
    'ENV NODE_EXTRA_CA_CERTS=/usr/local/share/berth-test/ca-certificates.crt',
    '',
  ].join('\n');
  return images.build({
    name: 'berth-test/node',
    context: [...files, { path: 'Dockerfile', content: Buffer.from(dockerfile), executable: false }],
    arguments: {},
    labels: { 'berth.test': 'packaging' },
    onOutput: () => undefined,
  });
}

/** Folder where better-sqlite3 looks for a compiled module before it compiles one. */
const PREBUILDS = 'usr/local/share/prebuilds';

/** The module that this machine compiled, if it runs in the image: on the same release of Debian. */
async function compiledSqlite(): Promise<BuildFile[]> {
  const keep = { path: `${PREBUILDS}/.keep`, content: Buffer.alloc(0), executable: false };
  const { debianCodename } = await readHost();
  if (debianCodename !== 'trixie') return [keep];
  const { version } = JSON.parse(await readFile(`${SQLITE}/package.json`, 'utf8')) as { version: string };
  const module = 'build/Release/better_sqlite3.node';
  const archive = await tarOf({ name: module, body: await readFile(`${SQLITE}/${module}`) });
  const name = `better-sqlite3-v${version}-node-v${process.versions.modules}-linux-${process.arch}.tar.gz`;
  return [keep, { path: `${PREBUILDS}/${name}`, content: gzipSync(archive), executable: false }];
}

const NPM_LINKS = ['npm', 'npx'].map(
  (name) =>
    `RUN ln -s ../lib/node_modules/npm/bin/${name}-cli.js /usr/local/bin/${name} && chmod +x /usr/local/lib/node_modules/npm/bin/${name}-cli.js`,
);

/** Debian's Node is a small program with separate libraries, so it is installed from its package instead. */
async function isDebianNode(): Promise<boolean> {
  const { stdout } = await run('ldd', [process.execPath]);
  return stdout.includes('libnode');
}

async function nodeFiles(): Promise<BuildFile[]> {
  if (await isDebianNode()) return [{ path: 'usr/.keep', content: Buffer.alloc(0), executable: false }];
  const prefix = dirname(dirname(process.execPath));
  const npm = [join(prefix, 'lib/node_modules/npm'), '/usr/lib/node_modules/npm'].find((path) =>
    existsSync(path),
  );
  if (!npm) throw new Error('There is no npm next to this Node.');
  return [
    { path: 'usr/local/bin/node', content: await readFile(process.execPath), executable: true },
    ...(await folder(join(prefix, 'include/node'), 'usr/local/include/node')),
    ...(await folder(npm, 'usr/local/lib/node_modules/npm')),
  ];
}

async function folder(from: string, to: string): Promise<BuildFile[]> {
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    paths.map(async (path) => ({
      path: join(to, relative(from, path)),
      content: await readFile(path),
      executable: ((await stat(path)).mode & 0o100) !== 0,
    })),
  );
}

async function certificates(): Promise<BuildFile> {
  const content = existsSync(CERTIFICATES) ? await readFile(CERTIFICATES) : Buffer.alloc(0);
  return { path: 'ca-certificates.crt', content, executable: false };
}
