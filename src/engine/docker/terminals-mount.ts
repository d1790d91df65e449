import type { MountSettings } from 'dockerode';
import type { UserMapping } from './user-mapping.ts';

/** Terminals that can be open in a machine at a time: Berth's, and those of programs such as tmux. */
const MOST_TERMINALS = 64;
/** Group of terminals in containers, by the engine's own default. */
const TTY_GROUP = 5;

/**
 * The terminals of a machine, with a limit: the kernel counts those of all machines together, so that one
 * could keep everybody else from opening any. The engine mounts them without. As a volume without a name,
 * which goes with the machine. Nothing where the host's id of their group is not known.
 */
export function terminalsMount({ firstGroup }: UserMapping): MountSettings[] {
  if (firstGroup === undefined) return [];
  const o = `nosuid,noexec,max=${MOST_TERMINALS},ptmxmode=0666,mode=0620,gid=${firstGroup + TTY_GROUP}`;
  const Options = { type: 'devpts', device: 'devpts', o };
  const VolumeOptions = { NoCopy: true, Labels: {}, DriverConfig: { Name: 'local', Options } };
  return [{ Type: 'volume', Source: '', Target: '/dev/pts', VolumeOptions }];
}
