import type { ShellCommand } from './shell-commands.ts';

/** A capability that no machine has, with the reason for the report. */
interface MissingCapability {
  kind: 'systemd' | 'kernel' | 'devices' | 'network' | 'Kubernetes';
  /** As the end of a sentence. */
  why: string;
}

const SYSTEMD: MissingCapability = { kind: 'systemd', why: 'needs systemd, which machines do not run' };
const LOOP: MissingCapability = { kind: 'devices', why: 'needs loop devices, which machines do not have' };
const MOUNT: MissingCapability = { kind: 'devices', why: 'mounts file systems, which machines may not do' };
const SWAP: MissingCapability = { kind: 'devices', why: 'changes swap space, which machines may not do' };
const DISK: MissingCapability = {
  kind: 'devices',
  why: 'needs a separate disk, which machines do not have',
};
const MODULES: MissingCapability = {
  kind: 'kernel',
  why: 'needs kernel modules, which machines may not load',
};
const KERNEL: MissingCapability = {
  kind: 'kernel',
  why: "changes the host's kernel, which machines may not do",
};
const NAMESPACE: MissingCapability = {
  kind: 'kernel',
  why: 'needs namespaces or chroot, which machines may not use',
};
const FLAGS: MissingCapability = {
  kind: 'kernel',
  why: 'sets attributes of files that machines may not set',
};
const NETWORK: MissingCapability = {
  kind: 'network',
  why: 'changes network devices, routes or firewall rules, which machines may not do',
};
const FIXED: MissingCapability = {
  kind: 'kernel',
  why: 'replaces a file that the engine mounts; machines can only write into it',
};
const PACKETS: MissingCapability = { kind: 'network', why: 'captures packets, which machines may not do' };
const CLUSTER: MissingCapability = {
  kind: 'Kubernetes',
  why: 'needs a Kubernetes cluster, which Berth does not run',
};

type Rule = (words: string[]) => MissingCapability | undefined;

const always =
  (missing: MissingCapability): Rule =>
  () =>
    missing;
const when =
  (missing: MissingCapability, test: (words: string[]) => boolean): Rule =>
  (words) =>
    test(words) ? missing : undefined;
const operands = (words: string[]) => words.slice(1).filter((word) => !word.startsWith('-'));
const DEVICE = /^\/dev\/(?:sd|vd|xvd|nvme|loop|mapper|md|hd)/;
const hasFixed = (words: string[]) =>
  words.some((word) => /^\/etc\/(?:hosts|hostname|resolv\.conf)$/.test(word));
const onDevice = when(DISK, (words) => words.some((word) => DEVICE.test(word)));
const changesNetwork = when(NETWORK, (words) =>
  words.some((word) => /^(add|del|delete|set|change|replace|flush)$/.test(word)),
);

const RULES: Record<string, Rule> = {
  ...each(
    'systemctl journalctl systemd-run systemd-analyze loginctl machinectl resolvectl networkctl',
    always(SYSTEMD),
  ),
  ...each('hostnamectl timedatectl localectl', always(SYSTEMD)),
  losetup: always(LOOP),
  mount: (words) => {
    if (words.some((word) => /(^|,|=)loop/.test(word))) return LOOP;
    return operands(words).length > 0 || words.includes('-a') ? MOUNT : undefined;
  },
  umount: always(MOUNT),
  swapon: when(SWAP, (words) => operands(words).length > 0 || words.includes('-a')),
  swapoff: always(SWAP),
  ...each('modprobe insmod rmmod depmod', always(MODULES)),
  sysctl: when(KERNEL, (words) =>
    words.some((word) => /^(-w|-p|--system|--write)$/.test(word) || /\w=/.test(word)),
  ),
  ...each('reboot shutdown poweroff halt init hwclock dmesg auditctl', always(KERNEL)),
  date: when(KERNEL, (words) => words.some((word) => /^(-s|--set)/.test(word))),
  hostname: when(KERNEL, (words) => operands(words).length > 0),
  ...each('chroot unshare nsenter debootstrap setcap', always(NAMESPACE)),
  chattr: when(FLAGS, (words) => words.some((word) => /^\+[a-zA-Z]*[ia]/.test(word))),
  ...each('pvcreate vgcreate lvcreate vgextend lvextend mdadm cryptsetup zpool btrfs', always(DISK)),
  ...each(
    'mkfs mkfs.ext2 mkfs.ext3 mkfs.ext4 mkfs.xfs mkfs.vfat fdisk sfdisk parted fsck e2fsck blkid',
    onDevice,
  ),
  ...each('mkswap dd wipefs partprobe resize2fs tune2fs', onDevice),
  ...each('iptables ip6tables nft ufw firewall-cmd tc brctl ipset', always(NETWORK)),
  sed: when(
    FIXED,
    (words) => words.some((word) => /^(-[a-zA-Z]*i|--in-place)/.test(word)) && hasFixed(words),
  ),
  ...each('mv rm ln', when(FIXED, hasFixed)),
  ip: changesNetwork,
  route: changesNetwork,
  ifconfig: when(NETWORK, (words) => operands(words).length > 1),
  ...each('tcpdump tshark ngrep', always(PACKETS)),
  ...each('kubectl helm minikube kind k3s k3d kubeadm', always(CLUSTER)),
};

/** Explains why a command cannot work in any machine with the standard profile; undefined if it may work. */
export function missingCapability({ words }: Pick<ShellCommand, 'words'>): MissingCapability | undefined {
  const [name = ''] = words;
  return Object.hasOwn(RULES, name) ? RULES[name]?.(words) : undefined;
}

function each(names: string, rule: Rule): Record<string, Rule> {
  return Object.fromEntries(names.split(' ').map((name) => [name, rule]));
}
