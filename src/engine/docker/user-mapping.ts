import type Docker from 'dockerode';
import { call } from './faults.ts';

/** How long an answer of the engine is used, in milliseconds: it changes only when the engine restarts with other settings. */
const KNOWN_MS = 60_000;

/** How the engine maps users and groups of containers to those of its host. */
export interface UserMapping {
  /** Whether each container has a user namespace of its own. */
  remapsUsers: boolean;
  /** The host's id of a container's group 0; undefined where the engine itself is not the host's root, and knows its own ids only. */
  firstGroup: number | undefined;
}

/** Of the engine's answer, what this reads. */
interface Info {
  SecurityOptions?: string[] | null;
  DockerRootDir?: string;
}

/** Reads the mapping from the engine's answer: a remapping engine keeps its data in a folder named after the first user and group. */
export function toUserMapping({ SecurityOptions, DockerRootDir = '' }: Info): UserMapping {
  const has = (name: string) =>
    (SecurityOptions ?? []).some((option) => option.split(',')[0] === `name=${name}`);
  const [, group] = /\/\d+\.(\d+)$/.exec(DockerRootDir) ?? [];
  if (has('rootless')) return { remapsUsers: false, firstGroup: undefined };
  if (!has('userns')) return { remapsUsers: false, firstGroup: 0 };
  return { remapsUsers: true, firstGroup: group === undefined ? undefined : Number(group) };
}

/** Returns a function that answers the engine's mapping, and asks the engine at most once a minute. */
export function createUserMapping(docker: Docker): () => Promise<UserMapping> {
  let known: { mapping: Promise<UserMapping>; until: number } | undefined;
  return async () => {
    if (known && Date.now() < known.until) return known.mapping;
    const mapping = call(() => docker.info()).then((info) => toUserMapping(info as Info));
    mapping.catch(() => (known = undefined));
    known = { mapping, until: Date.now() + KNOWN_MS };
    return mapping;
  };
}
