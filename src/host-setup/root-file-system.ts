import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { debianSources, parseDeb822, parseOneLine } from './apt-sources.ts';
import type { AptSource } from './apt-sources.ts';
import { runCommand } from '../../setup/command.mjs';
import { hasCommand, installPackages, whenMissing } from '../../setup/debian.mjs';
import type { Host } from '../../setup/debian.mjs';
import type { Step } from '../../setup/steps.mjs';

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
/** dpkg need not sync files to the disk, because a crash during the build leaves no image. Debian's own image has this setting too. */
const UNSYNCED = 'force-unsafe-io';
/** Translated package descriptions only waste space in an image. */
const APT_SETTINGS = ['Acquire::Languages "none"'];
/** Downloaded packages also waste space, but mmdebstrap needs them until its end. */
const KEEP_NO_DOWNLOADS =
  'echo \'APT::Keep-Downloaded-Packages "false";\' > "$1/etc/apt/apt.conf.d/90-no-downloads"';

/** Builds a minimal Debian as a tar file, from the host's package mirrors. */
export async function makeRootFileSystem({ tar, host, step }: { tar: string; host: Host; step: Step }) {
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
