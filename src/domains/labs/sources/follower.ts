import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import type { Clock } from '../../../core/clock.ts';
import { fault, isFault } from '../../../core/errors.ts';
import { isAdoptable, LEASE_LOST, newLease, withLease } from '../../../infra/leases/lease.ts';
import { linkedAbort } from '../../../core/async.ts';
import type { Log } from '../../../core/log.ts';
import { delay } from '../../../core/clock.ts';
import { withWorkFolder } from '../../../core/work-folder.ts';
import type { GitProtocol } from '../git/git-address.ts';
import { withoutSecret } from '../git/git-address.ts';
import { remoteCommit, fetchGit } from '../git/fetch-git.ts';
import type { KeptVersions, ReadLab } from '../versions/kept-versions.ts';
import { readLabFolder } from '../reading/lab-folder.ts';
import type { LabFolder } from '../reading/lab-folder.ts';
import type { LabProblem } from '../lab-problem.ts';
import { LAB_FILE } from '../reading/read-lab.ts';
import type { LabReader } from '../reading/reader-thread.ts';
import type { FollowedSource, LabSourceStore, SourceCheck } from './lab-source-store.ts';

/** Interval at which due sources are searched for, in milliseconds. */
const POLL_MS = 15_000;
const MINUTE_MS = 60_000;

export type Follower = ReturnType<typeof createFollower>;

/** Checks followed repositories when they are due, one after another. Only one process checks a repository at a time. */
export function createFollower(options: {
  sources: LabSourceStore;
  versions: Pick<KeptVersions, 'keep'>;
  readFiles: LabReader;
  /** Reloads the catalogue, here and in other processes. */
  changed: () => Promise<void>;
  protocols: readonly GitProtocol[];
  leaseOwner: string;
  isGone: (owner: string) => boolean;
  clock: Clock;
  log: Log;
}) {
  const { sources, versions, readFiles, changed, protocols, leaseOwner, isGone, clock, log } = options;
  let woken = new AbortController();
  /** Whether a change has not reached the catalogue yet. */
  let hasUnpublished = false;

  async function check(source: FollowedSource, signal: AbortSignal): Promise<SourceCheck> {
    const { ref, folder, commit } = source;
    const address = source.address();
    const current = await remoteCommit({ address, ref, protocols, signal });
    if (current === commit) return { kind: 'unchanged' };
    const read = await readGitLabs({ address, ref, folder, protocols, readFiles, signal });
    await versions.keep(read.labs);
    const labs = read.labs.map(({ lab: { slug, version } }) => ({ slug, version }));
    return { kind: 'changed', commit: read.commit, labs, problems: read.problems };
  }

  function failure(error: unknown, id: string): SourceCheck {
    if (!isFault(error)) log.error({ err: error, source: id }, 'checking a lab source failed unexpectedly');
    return { kind: 'failed', reason: isFault(error) ? error : fault('INTERNAL') };
  }

  /** Checks the source once, unless another process leases it. */
  async function follow(due: { id: string; heldBy: string | null }, signal: AbortSignal): Promise<void> {
    const { id } = due;
    const known = await sources.take(due, newLease(clock, leaseOwner));
    if (!known) return;
    const held = {
      owner: leaseOwner,
      renew: (lease: Parameters<typeof sources.renew>[1]) => sources.renew(id, lease),
      clock,
      signal,
      onError: (error: unknown) => log.warn({ err: error, source: id }, 'lease not renewed'),
    };
    const result = await withLease(held, (alive) => check(known, alive)).catch((error: unknown) => {
      if (error === LEASE_LOST || signal.aborted) return undefined;
      return failure(error, id);
    });
    if (!result) return;
    const now = clock.now();
    const next = new Date(now.getTime() + known.everyMinutes * MINUTE_MS);
    const noted = await sources.finish(id, leaseOwner, result, { now, next });
    if (result.kind === 'failed') {
      const { code, message } = result.reason;
      log.warn({ source: id, code, message }, 'checking a lab source failed');
    }
    hasUnpublished ||= noted && result.kind === 'changed';
    await publish();
  }

  /** Publishes pending changes. After a failure the next call tries again. */
  async function publish(): Promise<void> {
    if (!hasUnpublished) return;
    await changed();
    hasUnpublished = false;
  }

  async function followDue(signal: AbortSignal): Promise<void> {
    await publish();
    const now = clock.now();
    for (const { id, lease } of await sources.due(now)) {
      if (signal.aborted) return;
      if (isAdoptable(lease, now, isGone)) await follow({ id, heldBy: lease.owner }, signal);
    }
  }

  return {
    /** Makes {@link maintain} check again immediately. */
    wake(): void {
      woken.abort();
    },

    /** Checks sources until `signal` aborts. A failure is logged, and the next check runs at its time. */
    async maintain(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        woken = new AbortController();
        await followDue(signal).catch((error: unknown) =>
          log.error({ err: error }, 'checking lab sources failed'),
        );
        const wait = linkedAbort(signal, woken.signal);
        await delay(clock, POLL_MS, wait.signal);
        wait.unlink();
      }
    },
  };
}

/** Maximum number of labs in one repository. */
const LAB_LIMIT = 1_000;
/** Maximum total size of its labs, which are in memory together. */
const BYTES_LIMIT = 256 * 1024 * 1024;

/** The valid labs of one commit, and the problems of the others. */
interface GitLabs {
  commit: string;
  labs: ReadLab[];
  problems: LabProblem[];
}

/**
 * Reads the labs of a repository: the folders with a lab.yaml in `folder`, or `folder` itself if it has one.
 * @throws INPUT_INVALID; GIT_FAILED, also if the folder is missing or has no lab
 */
function readGitLabs(options: {
  address: string;
  ref: string | undefined;
  folder: string;
  protocols: readonly GitProtocol[];
  readFiles: LabReader;
  signal: AbortSignal;
}): Promise<GitLabs> {
  const { address, ref, folder, protocols, readFiles, signal } = options;
  return withWorkFolder(async (root) => {
    const { commit } = await fetchGit({ address, ref, into: root, protocols, signal });
    const failed = (problem: string) => fault('GIT_FAILED', { address: withoutSecret(address), problem });
    const place = await within(root, join(root, folder));
    if (place === undefined) throw failed(`it has no folder "${folder}"`);
    const found = await labsIn(place, folder === '' ? nameOf(address) : basename(place));
    if (found.length === 0) {
      throw failed(`it has no ${LAB_FILE} in a folder of ${folder === '' ? 'its root' : `"${folder}"`}`);
    }
    if (found.length > LAB_LIMIT) throw failed(`it has more than ${LAB_LIMIT} labs`);
    const labs: ReadLab[] = [];
    const problems: LabProblem[] = [];
    let bytes = 0;
    for (const { slug, path } of found) {
      signal.throwIfAborted();
      const files = await readLabFolder(path);
      bytes += sizeOf(files);
      // With links, a small repository can contain many large labs.
      if (bytes > BYTES_LIMIT)
        throw failed(`its labs are larger than ${BYTES_LIMIT / 1024 / 1024} MiB in total`);
      const read = await readFiles(slug, files);
      if ('lab' in read) labs.push(read);
      else problems.push(...read.problems);
    }
    return { commit, labs, problems };
  });
}

/** Lists the folders with a lab, and the labs' slugs. */
async function labsIn(place: string, name: string): Promise<{ slug: string; path: string }[]> {
  if (await isFile(join(place, LAB_FILE))) return [{ slug: name, path: place }];
  const found = [];
  const folders = (await readdir(place, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  for (const slug of folders.map(({ name }) => name).toSorted()) {
    const path = join(place, slug);
    if (!slug.startsWith('.') && (await isFile(join(path, LAB_FILE)))) found.push({ slug, path });
  }
  return found;
}

/** Returns the folder's real path; undefined if it is missing or a link leads out of the repository. */
async function within(root: string, path: string): Promise<string | undefined> {
  const [inside, target] = await Promise.all([realpath(root), realpath(path).catch(() => undefined)]);
  if (target === undefined || !(target + sep).startsWith(inside + sep)) return undefined;
  return (await stat(target)).isDirectory() ? target : undefined;
}

function sizeOf({ files }: LabFolder): number {
  return [...files.values()].reduce((sum, { length }) => sum + length, 0);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isFile(),
    () => false,
  );
}

/** Returns the folder name that `git clone` would use. */
function nameOf(address: string): string {
  return basename(address.replace(/[/:]+$/, '').replaceAll(':', '/')).replace(/\.git$/, '');
}
