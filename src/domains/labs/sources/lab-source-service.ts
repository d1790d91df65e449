import type { Clock } from '../../../core/clock.ts';
import { fault } from '../../../core/errors.ts';
import { requireActor } from '../../identity/actor.ts';
import { gitProtocol, checkGitRef } from '../git/git-address.ts';
import type { GitProtocol } from '../git/git-address.ts';
import type { Follower } from './follower.ts';
import type { LabSource, LabSourceService, NewLabSource } from './lab-source.ts';
import type { LabSourceStore } from './lab-source-store.ts';

const SOURCE_LIMIT = 100;
const LONGEST_NAME = 60;
const LONGEST_FOLDER = 500;
/** Interval of checks, in minutes. */
const EVERY = { default: 10, least: 1, most: 7 * 24 * 60 };

export function createLabSourceService(options: {
  sources: LabSourceStore;
  follower: Pick<Follower, 'wake'>;
  /** Reloads the catalogue, here and in other processes. */
  changed: () => Promise<void>;
  protocols: readonly GitProtocol[];
  clock: Clock;
}): LabSourceService {
  const { sources, follower, changed, protocols, clock } = options;

  return {
    async list(actor) {
      requireActor(actor, { scope: 'read', role: 'admin' });
      return sources.list();
    },

    async get(actor, id) {
      requireActor(actor, { scope: 'read', role: 'admin' });
      return found(await sources.find(id));
    },

    async add(actor, given) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const source = validated(given, protocols);
      if ((await sources.list()).length >= SOURCE_LIMIT) {
        throw invalid(`There are already ${SOURCE_LIMIT} lab sources. Remove one first.`);
      }
      const added = await sources.add(source, clock.now());
      if (!added) throw invalid(`A lab source named "${source.name}" already exists. Choose another name.`);
      follower.wake();
      return added;
    },

    async check(actor, id) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      await sources.makeDue(id, clock.now());
      const source = found(await sources.find(id));
      follower.wake();
      return source;
    },

    async remove(actor, id) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const removed = await sources.remove(id);
      if (removed) await changed();
      return removed;
    },
  };
}

function validated(
  given: NewLabSource,
  protocols: readonly GitProtocol[],
): Pick<LabSource, 'name' | 'address' | 'ref' | 'folder' | 'everyMinutes'> {
  const { name, address, ref, folder = '', everyMinutes = EVERY.default } = given;
  if (name.trim() === '' || name.length > LONGEST_NAME || /\p{Cc}/u.test(name)) {
    throw invalid(`The name must be a single line of 1 to ${LONGEST_NAME} characters.`);
  }
  gitProtocol(address, protocols);
  if (ref !== undefined) checkGitRef(ref);
  const parts = folder.split('/').filter((part) => part !== '' && part !== '.');
  if (folder.length > LONGEST_FOLDER || parts.some((part) => part === '..' || part === '.git')) {
    throw invalid(
      `"${folder.slice(0, 100)}" is not a folder of the repository. Use a path relative to its root.`,
    );
  }
  if (!Number.isInteger(everyMinutes) || everyMinutes < EVERY.least || everyMinutes > EVERY.most) {
    throw invalid(`everyMinutes must be a whole number from ${EVERY.least} to ${EVERY.most}.`);
  }
  return { name: name.trim(), address, ref, folder: parts.join('/'), everyMinutes };
}

function found(source: LabSource | undefined): LabSource {
  if (!source) throw fault('LAB_SOURCE_NOT_FOUND');
  return source;
}

function invalid(problem: string) {
  return fault('INPUT_INVALID', { problem });
}
