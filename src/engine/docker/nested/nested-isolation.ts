import type { HostConfig } from 'dockerode';
import { nestedSeccompProfile } from '../seccomp/seccomp-profile.ts';

/** By which slirp4netns, an ordinary program, gives the machine's containers a network. */
const TUN_DEVICE = '/dev/net/tun';

/**
 * How a machine with an engine of its own is kept from the host. Its user has no capability; newuidmap
 * and newgidmap have theirs from their files, to hand out the further ids of that user, so new
 * privileges cannot be forbidden altogether. The kernel lets a new /proc be mounted only where nothing
 * of the old one is hidden: what is in it belongs to the host's root, which nobody here is, as the
 * engine remaps users. AppArmor's profile for containers forbids every mount, also those within the
 * learner's own namespaces.
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
