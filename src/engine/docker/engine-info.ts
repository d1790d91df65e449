import type Docker from 'dockerode';
import type { EngineInfo } from '../engine.ts';
import { call } from './faults.ts';

/** Longest wait for an engine to say what it is: one that is well answers in milliseconds. */
const INFO_TIMEOUT_MS = 5_000;
/** The first version of the API in which a terminal has its size from the start; 1.41 ignores it. */
const SIZES_AT_START = { major: 1, minor: 42 };

/** Of the engine's answer, what this reads: the library's own type leaves most of it open. */
interface Info {
  ServerVersion?: string;
  SecurityOptions?: string[];
  MemTotal?: number;
  NCPU?: number;
  MemoryLimit?: boolean;
  PidsLimit?: boolean;
  CpuCfsQuota?: boolean;
  CPUCfsQuota?: boolean;
}

/** Asks the engine about itself. @throws ENGINE_UNREACHABLE */
export async function readEngineInfo(docker: Docker): Promise<EngineInfo> {
  return toEngineInfo(await call(() => docker.info(), { timeoutMs: INFO_TIMEOUT_MS }));
}

/** What of the engine's answer matters to labs. */
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

/** Tells whether terminals have their size from the start; asks the engine once. */
export function createSizesAtStart(docker: Docker): () => Promise<boolean> {
  let known: boolean | undefined;
  return async () => (known ??= sizesAtStart((await call(() => docker.version())).ApiVersion));
}

/** Whether this version of the engine's API does so. */
export function sizesAtStart(apiVersion: string): boolean {
  const [major = 0, minor = 0] = apiVersion.split('.').map(Number);
  return major > SIZES_AT_START.major || (major === SIZES_AT_START.major && minor >= SIZES_AT_START.minor);
}
