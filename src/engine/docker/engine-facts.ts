import type Dockerode from 'dockerode';
import type { EngineFacts } from '../engine-facts.ts';
import { call } from './faults.ts';

/** Of the engine's answer, what this reads: the library's own type leaves most of it open. */
interface Info {
  ServerVersion?: string;
  SecurityOptions?: string[];
  MemoryLimit?: boolean;
  PidsLimit?: boolean;
  CpuCfsQuota?: boolean;
  CPUCfsQuota?: boolean;
  DockerRootDir?: string;
}

/** Asks the engine about itself. @throws ENGINE_UNREACHABLE */
export async function readEngineFacts(docker: Dockerode): Promise<EngineFacts> {
  const info: Info = await call(() => docker.info());
  return {
    version: info.ServerVersion ?? 'unknown',
    userNamespaces: (info.SecurityOptions ?? []).some((option) => option.startsWith('name=userns')),
    limits: {
      memory: info.MemoryLimit ?? false,
      pids: info.PidsLimit ?? false,
      cpu: info.CpuCfsQuota ?? info.CPUCfsQuota ?? false,
    },
    dataFolder: info.DockerRootDir ?? '',
  };
}
