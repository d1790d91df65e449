import type Docker from 'dockerode';

/** What tar remembers of hard links grows with them. */
const MEMORY_BYTES = 256 * 1024 * 1024;

/** A container of Berth's own that reads or fills one volume, and can do nothing else. */
export function volumeHelper({
  mount,
  capabilities,
  ...config
}: Docker.ContainerCreateOptions & {
  mount: Docker.MountSettings;
  capabilities: string[];
}): Docker.ContainerCreateOptions {
  return {
    ...config,
    Cmd: [],
    User: '0',
    AttachStdin: true,
    OpenStdin: true,
    StdinOnce: true,
    HostConfig: {
      NetworkMode: 'none',
      Mounts: [mount],
      CapDrop: ['ALL'],
      CapAdd: capabilities,
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      Memory: MEMORY_BYTES,
      MemorySwap: MEMORY_BYTES,
      PidsLimit: 16,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '64k', 'max-file': '1' } },
    },
  };
}
