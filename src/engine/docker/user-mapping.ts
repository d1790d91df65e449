import type Docker from 'dockerode';
import { call } from './faults.ts';

/**
 * How long to use the engine's answer, in milliseconds: it changes only when the engine restarts with other
 * settings.
 */
const KNOWN_MS = 60_000;

/** How the engine maps users and groups of containers to those of its host. */
export interface UserMapping {
  /** Whether each container has its own user namespace. */
  remapsUsers: boolean;
  /**
   * The host's id of a container's group 0; undefined if the engine is not root on the host and does not know
   * the host's ids.
   */
  firstGroup: number | undefined;
}

/** The used part of the engine's answer. */
interface Info {
  SecurityOptions?: string[] | null;
  DockerRootDir?: string;
}

/**
 * Reads the mapping from the engine's answer. The data folder of a remapping engine contains the first user
 * and group.
 */
export function toUserMapping({ SecurityOptions, DockerRootDir = '' }: Info): UserMapping {
  const has = (name: string) =>
    (SecurityOptions ?? []).some((option) => option.split(',')[0] === `name=${name}`);
  const [, group] = /\/\d+\.(\d+)$/.exec(DockerRootDir) ?? [];
  if (has('rootless')) return { remapsUsers: false, firstGroup: undefined };
  if (!has('userns')) return { remapsUsers: false, firstGroup: 0 };
  return { remapsUsers: true, firstGroup: group === undefined ? undefined : Number(group) };
}

/** Returns a function that reads the engine's mapping, and asks the engine at most once a minute. */
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
