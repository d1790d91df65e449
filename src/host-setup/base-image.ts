import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { readFile, readdir } from 'node:fs/promises';
import { runCommand } from '../../setup/command.mjs';
import type { EngineImages } from '../engine/engine-images.ts';
import { fault, isFault } from '../core/errors.ts';
import { readHost, hasCommand, installPackages, whenMissing } from '../../setup/debian.mjs';
import type { Host } from '../../setup/debian.mjs';
import { withWorkFolder } from '../core/work-folder.ts';
import { setupFault } from './setup-fault.ts';
import type { Step } from '../../setup/steps.mjs';

/** Base of the lab images. */
export const BASE_IMAGE = 'berth/debian:trixie-slim';
const UPSTREAM_IMAGE = 'debian:trixie-slim';

/**
 * Ensures that the engine has the base image: an existing one, one from a registry or, if no registry responds, one
 * built from the host's package mirror.
 *
 * @throws ENGINE_SETUP_REFUSED if no registry responds and this host cannot build the image
 */
export async function ensureBaseImage({
  images,
  step,
}: {
  images: EngineImages;
  step: Step;
}): Promise<{ id: string; note: string }> {
  const present = await images.find(BASE_IMAGE);
  if (present) return { id: present.id, note: 'unchanged' };
  const note = await obtain(images, step);
  const made = await images.find(BASE_IMAGE);
  if (!made) throw fault('IMAGE_NOT_FOUND', { image: BASE_IMAGE, problem: 'it was removed again' });
  return { id: made.id, note };
}

async function obtain(images: EngineImages, step: Step): Promise<string> {
  step.progress(`pulling ${UPSTREAM_IMAGE} from the registry`);
  const onPercent = (percent = 0) => step.progress(`pulling ${UPSTREAM_IMAGE}: ${percent} %`);
  try {
    await images.findOrPull(UPSTREAM_IMAGE, { onPercent });
  } catch (error) {
    if (!isFault(error, 'IMAGE_NOT_FOUND', 'REGISTRY_UNREACHABLE', 'REGISTRY_DENIED')) throw error;
    return makeAndImport(images, step, String(error.details['problem']));
  }
  await images.tag(UPSTREAM_IMAGE, BASE_IMAGE);
  return `from ${UPSTREAM_IMAGE}`;
}

async function makeAndImport(images: EngineImages, step: Step, problem: string): Promise<string> {
  const host = await readHost();
  if (!host.root || !host.debian) {
    throw setupFault(
      `The base image ${UPSTREAM_IMAGE} could not be pulled (${problem}), and only root on Debian or Ubuntu can build one. Do one of the following:`,
      [
        `docker pull ${UPSTREAM_IMAGE}, with access to a registry`,
        `docker load, with ${UPSTREAM_IMAGE} saved on another host`,
        'npm start, once, as root on Debian or Ubuntu, outside of any container',
      ],
    );
  }
  await withWorkFolder(async (folder) => {
    const tar = join(folder, 'base.tar');
    await makeRootFileSystem({ tar, host, step });
    step.progress('importing it into the engine');
    await images.importTar(BASE_IMAGE, createReadStream(tar));
  });
  return 'built with mmdebstrap, because no registry responded';
}

const RELEASE = 'trixie';
const SOURCES = '/etc/apt/sources.list';
const SOURCES_FOLDER = '/etc/apt/sources.list.d';
const MAKE_TIMEOUT_MS = 15 * 60_000;

/** Files that a slim image leaves out: manuals, but not licenses. */
const LEFT_OUT = [
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/locale/*',
  'path-include=/usr/share/locale/locale.alias',
];
/**
 * dpkg need not sync files to the disk, because a crash during the build leaves no image. Debian's own image has this
 * setting too.
 */
const UNSYNCED = 'force-unsafe-io';
/** Translated package descriptions only waste space in an image. */
const APT_SETTINGS = ['Acquire::Languages "none"'];
/** Downloaded packages also waste space, but mmdebstrap needs them until its end. */
const KEEP_NO_DOWNLOADS =
  'echo \'APT::Keep-Downloaded-Packages "false";\' > "$1/etc/apt/apt.conf.d/90-no-downloads"';

/** Builds a minimal Debian as a tar file, from the host's package mirrors. */
async function makeRootFileSystem({ tar, host, step }: { tar: string; host: Host; step: Step }) {
  if (!(await hasCommand('mmdebstrap'))) {
    step.progress('installing mmdebstrap');
    const packages = ['mmdebstrap', 'debian-archive-keyring'];
    await installPackages({ packages, onProgress: step.progress });
  }
  const codename = host.debianCodename;
  const sources = debianSources({ sources: await readSources(), codename, release: RELEASE });
  const options = [
    `--customize-hook=${KEEP_NO_DOWNLOADS}`,
    ...[...LEFT_OUT, UNSYNCED].map((option) => `--dpkgopt=${option}`),
    ...[...APT_SETTINGS, ...(await proxySettings())].map((option) => `--aptopt=${option}`),
  ];
  const target = ['--mode=root', '--variant=minbase', '--format=tar', ...options, RELEASE, tar];
  await runCommand('mmdebstrap', [...target, ...sources], {
    onLine: step.progress,
    timeoutMs: MAKE_TIMEOUT_MS,
  });
}

async function readSources(): Promise<AptSource[]> {
  const names = (await readdir(SOURCES_FOLDER).catch(whenMissing<string[]>([]))).toSorted();
  const files = [SOURCES, ...names.map((name) => join(SOURCES_FOLDER, name))];
  const parsed = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, 'utf8').catch(whenMissing(''));
      if (file.endsWith('.list')) return parseOneLine(text);
      return file.endsWith('.sources') ? parseDeb822(text) : [];
    }),
  );
  return parsed.flat();
}

/** Returns the proxy settings of the host, which the image also needs for its mirror. */
async function proxySettings(): Promise<string[]> {
  const settings: string[] = [];
  await runCommand('apt-config', ['dump', 'Acquire'], {
    onLine: (line) => {
      if (/^Acquire::https?::Proxy(::[^ ]+)? "[^"]+";$/i.test(line)) settings.push(line.replace(/;$/, ''));
    },
  });
  return settings;
}

/** Debian's public mirror, for hosts without a configured Debian mirror. */
const DEFAULT_ARCHIVE = 'http://deb.debian.org/debian';
const DEFAULT_SECURITY = 'http://deb.debian.org/debian-security';

/** A source of packages. */
interface AptSource {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

/** Parses a `.sources` file: stanzas of fields, whose values may continue in indented lines. */
export function parseDeb822(text: string): AptSource[] {
  return text
    .replaceAll(/^#.*\n?/gm, '')
    .split(/\n\s*\n/)
    .flatMap((stanza) => {
      const fields = new Map<string, string[]>();
      for (const [, name, value] of stanza.matchAll(/^([\w-]+):(.*(?:\n[ \t].*)*)/gm)) {
        fields.set((name ?? '').toLowerCase(), (value ?? '').split(/\s+/).filter(Boolean));
      }
      const read = (name: string) => fields.get(name) ?? [];
      if (!read('types').includes('deb') || read('enabled')[0] === 'no') return [];
      return read('uris').map((uri) => ({ uri, suites: read('suites'), components: read('components') }));
    });
}

/** Parses a `.list` file: `deb [options] uri suite component…` on each line. */
export function parseOneLine(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    if (!match) return [];
    const [, uri = '', suite = '', components = ''] = match;
    return [{ uri, suites: [suite], components: components.split(/\s+/).filter(Boolean) }];
  });
}

/**
 * Returns the lines of sources.list for an image of Debian `release`: the host's own mirrors if the host is a Debian,
 * otherwise the public ones.
 */
export function debianSources({
  sources,
  codename,
  release,
}: {
  sources: readonly AptSource[];
  /** The host's own Debian release; undefined if it is not a Debian. */
  codename: string | undefined;
  release: string;
}): string[] {
  const own = sources.filter(({ uri, components }) => /^https?:/.test(uri) && components.includes('main'));
  const serving = (suite: string) => own.find(({ suites }) => suites.includes(suite))?.uri;
  const archive = (codename && serving(codename)) || DEFAULT_ARCHIVE;
  const security = (codename && serving(`${codename}-security`)) || DEFAULT_SECURITY;
  return [
    `deb ${archive} ${release} main`,
    `deb ${archive} ${release}-updates main`,
    `deb ${security} ${release}-security main`,
  ];
}
