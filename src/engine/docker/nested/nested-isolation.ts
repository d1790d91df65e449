import type { HostConfig } from 'dockerode';
import { nestedSeccompProfile } from '../seccomp/seccomp-profile.ts';

/** Device with which slirp4netns, an ordinary program, gives the machine's containers a network. */
const TUN_DEVICE = '/dev/net/tun';

/**
 * Returns the isolation of a machine with its own engine. Its user has no capabilities. newuidmap and
 * newgidmap get theirs from their files, to map the additional ids of that user, so new privileges cannot be
 * forbidden completely. The kernel allows mounting a new /proc only if nothing of the old one is hidden. Its
 * files belong to the host's root, which nobody in the machine is, as the engine remaps users. AppArmor's
 * profile for containers forbids every mount, including those in the learner's own namespaces.
 */
export function nestedIsolation(runtime?: string): HostConfig {
  return {
    Privileged: false,
    CapDrop: ['ALL'],
    CapAdd: ['SETUID', 'SETGID'],
    SecurityOpt: [`seccomp=${JSON.stringify(nestedSeccompProfile())}`, 'apparmor=unconfined'],
    MaskedPaths: [],
    ReadonlyPaths: [],
    Devices: [{ PathOnHost: TUN_DEVICE, PathInContainer: TUN_DEVICE, CgroupPermissions: 'rw' }],
    ...(runtime !== undefined && { Runtime: runtime }),
  };
}
