import type Docker from 'dockerode';
import type { EngineInfo } from '../engine.ts';
import { call } from './faults.ts';

/** Longest wait for the engine's description: a healthy engine answers in milliseconds. */
const INFO_TIMEOUT_MS = 5_000;
/** First API version that creates terminals with their size; 1.41 ignores the size. */
const SIZES_AT_START = { major: 1, minor: 42 };

/** The used part of the engine's answer: the library's type omits most of it. */
interface Info {
  ServerVersion?: string;
  DockerRootDir?: string;
  SecurityOptions?: string[] | null;
  MemTotal?: number;
  NCPU?: number;
  MemoryLimit?: boolean;
  PidsLimit?: boolean;
  CpuCfsQuota?: boolean;
  CPUCfsQuota?: boolean;
}

/** Reads the engine's description. @throws ENGINE_UNREACHABLE */
export async function readEngineInfo(docker: Docker): Promise<EngineInfo> {
  return toEngineInfo(await call(() => docker.info(), { timeoutMs: INFO_TIMEOUT_MS }));
}

/** Converts the engine's answer. */
export function toEngineInfo(info: Info): EngineInfo {
  return {
    name: 'Docker',
    version: info.ServerVersion ?? 'unknown',
    userNamespaces: (info.SecurityOptions ?? []).some((option) => /^name=(userns|rootless)\b/.test(option)),
    systemCallFilter: (info.SecurityOptions ?? []).some((option) => /^name=seccomp\b/.test(option)),
    memoryBytes: info.MemTotal ?? 0,
    cpus: info.NCPU ?? 0,
    limits: {
      memory: info.MemoryLimit ?? false,
      pids: info.PidsLimit ?? false,
      cpu: info.CpuCfsQuota ?? info.CPUCfsQuota ?? false,
    },
  };
}

/**
 * Returns a function that reports whether the engine creates terminals with their size. It asks the engine
 * once.
 */
export function createSizesAtStart(docker: Docker): () => Promise<boolean> {
  let known: boolean | undefined;
  return async () => (known ??= sizesAtStart((await call(() => docker.version())).ApiVersion));
}

/** Returns whether this version of the engine's API does. */
export function sizesAtStart(apiVersion: string): boolean {
  const [major = 0, minor = 0] = apiVersion.split('.').map(Number);
  return major > SIZES_AT_START.major || (major === SIZES_AT_START.major && minor >= SIZES_AT_START.minor);
}

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
