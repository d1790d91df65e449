import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import type { Engine } from '../../../engine/engine.ts';
import { COPY_FOLDER, ENGINE_SOCKET, NOBODY } from '../../../engine/engine-checkers.ts';
import { isFault, fault } from '../../../core/errors.ts';
import { packTar, tarEntries } from '../../../core/tar.ts';
import type { NewTarHeader, PackEntry, TarEntry } from '../../../core/tar.ts';
import type { ImagePins } from '../../images/pins/pin.ts';
import type { TrustedCheck } from '../../labs/lab-check.ts';
import type { CheckContext } from '../check-context.ts';
import type { Judgement } from '../results/check-verdict.ts';
import type { ScriptRunner } from '../script-runner.ts';
import { judgeScript } from './script-check.ts';

/** Time to copy the files for the script, in seconds, in addition to the script's own time. */
const COPY_SECONDS = 120;

export type CheckerEngine = Pick<Engine, 'startChecker' | 'removeChecker' | 'copyIn' | 'copyOut'>;

/**
 * Runs a script in its own container next to the machine, on a copy of some of the machine's files. No program of the
 * machine takes part, so root in the machine gains nothing.
 * @throws any error of the engine and of pinning the image, CHECK_COPY_LIMIT, or the reason of `signal`
 */
export async function judgeTrusted(
  check: TrustedCheck,
  context: CheckContext,
  {
    engine,
    pins,
    scripts,
    signal,
  }: {
    engine: CheckerEngine;
    pins: Pick<ImagePins, 'resolve'>;
    scripts: ScriptRunner;
    signal: AbortSignal;
  },
): Promise<Judgement> {
  const { machineId } = context;
  const { script, timeoutSeconds, machine } = check;
  const lifetimeSeconds = timeoutSeconds + COPY_SECONDS;
  const image = await pinnedImage();
  const { engine: asksEngine } = check;
  const { checkerId, uid } = await engine.startChecker(machineId, {
    image,
    engine: asksEngine,
    lifetimeSeconds,
    signal,
  });
  try {
    if (check.paths.length > 0) await engine.copyIn(checkerId, COPY_FOLDER, copyOfMachine(pathsOf(), uid));
    const user = `${uid}:${uid}`;
    const environment = {
      ...context.environment,
      BERTH_HOST: machine,
      ...(asksEngine && { DOCKER_HOST: `unix://${ENGINE_SOCKET}` }),
    };
    const run = { script, user, timeoutSeconds, reader: context.reader };
    return judgeScript(await scripts.run(checkerId, run, environment, signal));
  } finally {
    await engine.removeChecker(checkerId);
  }

  /**
   * Resolves the image to the one pinned for this lab version, so all attempts use the same checker. Berth's own image
   * belongs to Berth's version.
   */
  async function pinnedImage(): Promise<string | undefined> {
    const { image } = check;
    if (image === undefined) return undefined;
    return (await pins.resolve({ ...context.lab, images: [image] }, { signal })).get(image);
  }

  /** Copies the paths one after another, without missing ones. */
  async function* pathsOf(): AsyncGenerator<CopiedPath> {
    for (const path of check.paths.map((each) => posix.resolve(each))) {
      signal.throwIfAborted();
      try {
        yield { path, tar: await engine.copyOut(machineId, path) };
      } catch (error) {
        if (!isFault(error, 'NOT_FOUND')) throw error;
      }
    }
  }
}

/** Limits of what one check copies out of a machine: files that a learner writes, not software that they install. */
export const COPY_LIMITS = { bytes: 64 * 1024 * 1024, entries: 10_000 };

type Header = TarEntry['header'];

/** One path of a machine as an archive. */
interface CopiedPath {
  /** Absolute. */
  path: string;
  tar: Readable;
}

/**
 * Creates one archive of these paths of a machine, below {@link COPY_FOLDER}, for an unprivileged reader who owns and
 * can read everything in it. Other permission bits stay. Links point to the same place within the copy, and never out
 * of it: a learner's link must not expose the check's own files. Special files are omitted. The archive fails with
 * CHECK_COPY_LIMIT if it becomes too large.
 */
function copyOfMachine(paths: AsyncIterable<CopiedPath>, reader: number = NOBODY): Readable {
  const limits = { ...COPY_LIMITS };
  const made = new Set<string>();
  return packTar(async (add) => {
    for await (const { path, tar } of paths) {
      const base = posix.dirname(path);
      await addFolders(add, base, { made, reader });
      for await (const { header, body } of tarEntries(tar)) {
        countEntry(limits, header);
        const copied = copiedHeader(header, base, { made, reader });
        if (copied) await add(copied, copied.type === 'file' ? body : undefined);
      }
    }
  });
}

/** Checks the limits before the entry is read: a sparse file can claim terabytes. */
function countEntry(left: { bytes: number; entries: number }, { size }: Header): void {
  left.entries -= 1;
  left.bytes -= size;
  if (left.entries < 0 || left.bytes < 0) throw fault('CHECK_COPY_LIMIT', { ...COPY_LIMITS });
}

/** The names in the copy so far, and the owner of all entries. */
interface Made {
  made: Set<string>;
  reader: number;
}

async function addFolders(add: PackEntry, folder: string, { made, reader }: Made): Promise<void> {
  const names = folder.split('/').filter(Boolean);
  for (let depth = 0; depth <= names.length; depth++) {
    const name = below(`/${names.slice(0, depth).join('/')}`);
    if (made.has(name)) continue;
    made.add(name);
    await add({ name, type: 'directory', mode: 0o755, uid: reader, gid: reader });
  }
}

/**
 * Returns the header of the entry in the copy; undefined to omit it. `base` is the folder to which the engine's names
 * are relative.
 */
function copiedHeader(header: Header, base: string, { made, reader }: Made): NewTarHeader | undefined {
  const path = posix.join('/', base, posix.join('/', header.name));
  const { type, mtime, size } = header;
  const name = below(path);
  const bits = header.mode & 0o777;
  const common = { name, uid: reader, gid: reader, mtime };
  switch (type) {
    case 'file':
    case 'contiguous-file':
      made.add(name);
      return { ...common, type: 'file', mode: bits | 0o400, size };
    case 'directory':
      made.add(name);
      return { ...common, type, mode: bits | 0o500 };
    case 'symlink': {
      const target = posix.resolve(posix.dirname(path), header.linkname);
      return { ...common, type, mode: 0o777, linkname: posix.join(COPY_FOLDER, target) };
    }
    case 'link': {
      const linkname = below(posix.join('/', base, posix.join('/', header.linkname)));
      return made.has(linkname) ? { ...common, type, mode: bits | 0o400, linkname } : undefined;
    }
    case 'fifo':
    case 'block-device':
    case 'character-device':
      break;
  }
  return undefined;
}

/** Returns the archive name of an absolute path. */
function below(path: string): string {
  return posix.join('.', path).replace(/\/$/, '');
}
