import {
  CALLS_OF_32_BIT_ARM,
  CALLS_OF_32_BITS,
  ENGINE_CALLS,
  ORDINARY_CALLS,
  UNKNOWN_BESIDE_ENGINE,
  UNKNOWN_CALLS,
} from './system-calls.ts';

/** The kernel's error numbers for "not permitted" and "no such system call". */
const EPERM = 1;
const ENOSYS = 38;
/** Families of sockets: local, IPv4, IPv6, netlink, and whole packets. Not AF_ALG, by which a program could change files of other machines in memory. */
const SOCKET_FAMILIES = [1, 2, 10, 16, 17];
/** Linux as it is, with addresses not shuffled, with the version of old; and the question which it is. */
const PERSONALITIES = [0x0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];
/** Flags of `clone` that make a namespace. */
const NAMESPACE_FLAGS = 0x7e02_0000;
/** Here the flags are the second argument of `clone`. */
const S390 = ['s390', 's390x'];
/** Architectures, each with those of the older programs that it also runs. */
const ARCHITECTURES = {
  X86_64: ['X86', 'X32'],
  AARCH64: ['ARM'],
  PPC64LE: [],
  S390X: ['S390'],
  RISCV64: [],
};

/** The engine's form of it; see the Open Container Initiative's runtime specification. */
interface SeccompProfile {
  defaultAction: string;
  defaultErrnoRet: number;
  archMap: { architecture: string; subArchitectures: string[] }[];
  syscalls: SeccompRule[];
}

interface SeccompRule {
  names: string[];
  action: string;
  errnoRet?: number;
  args?: { index: number; value: number; valueTwo?: number; op: string }[];
  includes?: { arches: string[] };
  excludes?: { arches: string[] };
}

/** Returns the system calls that programs may use in a machine without an engine, and in a container beside it. */
export function ordinarySeccompProfile(): SeccompProfile {
  return profile({
    allowed: [CALLS_OF_32_BITS, CALLS_OF_32_BIT_ARM],
    rules: [
      { ...cloneWithoutNamespaces(0), excludes: { arches: S390 } },
      { ...cloneWithoutNamespaces(1), includes: { arches: S390 } },
    ],
    unknown: [],
    olderPrograms: true,
  });
}

/** Returns those of a helper of Berth's own that enters the user namespace of a machine. */
export function helperSeccompProfile(): SeccompProfile {
  const ordinary = ordinarySeccompProfile();
  return { ...ordinary, syscalls: [...ordinary.syscalls, allow(['setns'])] };
}

/** Returns those in a machine with an engine. 32-bit programs are refused there: their calls have other names and numbers. */
export function nestedSeccompProfile(): SeccompProfile {
  return profile({
    allowed: [ENGINE_CALLS],
    rules: [],
    unknown: [UNKNOWN_BESIDE_ENGINE],
    olderPrograms: false,
  });
}

function profile(parts: {
  allowed: string[];
  rules: SeccompRule[];
  unknown: string[];
  olderPrograms: boolean;
}): SeccompProfile {
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    archMap: Object.entries(ARCHITECTURES).map(([name, older]) => ({
      architecture: `SCMP_ARCH_${name}`,
      subArchitectures: parts.olderPrograms ? older.map((each) => `SCMP_ARCH_${each}`) : [],
    })),
    syscalls: [
      // The first rules: allowing a kind of socket allows socketcall as well, unless it was refused before.
      {
        names: [UNKNOWN_CALLS, ...parts.unknown].flatMap(words),
        action: 'SCMP_ACT_ERRNO',
        errnoRet: ENOSYS,
      },
      allow([...Object.values(ORDINARY_CALLS), ...parts.allowed].flatMap(words)),
      ...SOCKET_FAMILIES.map((value) => allowWith('socket', value)),
      ...PERSONALITIES.map((value) => allowWith('personality', value)),
      ...parts.rules,
    ],
  };
}

function allow(names: string[]): SeccompRule {
  return { names, action: 'SCMP_ACT_ALLOW' };
}

/** With this first argument only. */
function allowWith(name: string, value: number): SeccompRule {
  return { ...allow([name]), args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }] };
}

/** Processes and threads, in the namespaces that there are. */
function cloneWithoutNamespaces(index: number): SeccompRule {
  const args = [{ index, value: NAMESPACE_FLAGS, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }];
  return { ...allow(['clone']), args };
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
