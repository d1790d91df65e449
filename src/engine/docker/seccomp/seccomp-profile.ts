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
/**
 * Allowed socket families: local, IPv4, IPv6, netlink, and packets. AF_ALG is missing: a program could change
 * files of other machines in memory with it.
 */
const SOCKET_FAMILIES = [1, 2, 10, 16, 17];
/** Allowed personalities: Linux, without address randomization, with an old version number; and the query. */
const PERSONALITIES = [0x0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];
/** Flags of `clone` that create a namespace. */
const NAMESPACE_FLAGS = 0x7e02_0000;
/** Architectures on which the flags are the second argument of `clone`. */
const S390 = ['s390', 's390x'];
/** Architectures, each with those of the older programs that it also runs. */
const ARCHITECTURES = {
  X86_64: ['X86', 'X32'],
  AARCH64: ['ARM'],
  PPC64LE: [],
  S390X: ['S390'],
  RISCV64: [],
};

/** The profile in the engine's format; see the Open Container Initiative's runtime specification. */
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

/** Returns the allowed system calls in a machine without an engine, and in a checker. */
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

/** Returns the allowed system calls in a helper that enters the user namespace of a machine. */
export function helperSeccompProfile(): SeccompProfile {
  const ordinary = ordinarySeccompProfile();
  return { ...ordinary, syscalls: [...ordinary.syscalls, allow(['setns'])] };
}

/**
 * Returns the allowed system calls in a machine with an engine. It refuses 32-bit programs: their calls have
 * other names and numbers.
 */
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
      // These rules come first: allowing a socket family also allows socketcall, unless an earlier rule
      // refuses it.
      {
        names: [UNKNOWN_CALLS, ...parts.unknown].flatMap(splitNames),
        action: 'SCMP_ACT_ERRNO',
        errnoRet: ENOSYS,
      },
      allow([...Object.values(ORDINARY_CALLS), ...parts.allowed].flatMap(splitNames)),
      ...SOCKET_FAMILIES.map((value) => allowWith('socket', value)),
      ...PERSONALITIES.map((value) => allowWith('personality', value)),
      ...parts.rules,
    ],
  };
}

function allow(names: string[]): SeccompRule {
  return { names, action: 'SCMP_ACT_ALLOW' };
}

/** Allows a call only with this first argument. */
function allowWith(name: string, value: number): SeccompRule {
  return { ...allow([name]), args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }] };
}

/** Allows new processes and threads in the existing namespaces. */
function cloneWithoutNamespaces(index: number): SeccompRule {
  const args = [{ index, value: NAMESPACE_FLAGS, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }];
  return { ...allow(['clone']), args };
}

function splitNames(text: string): string[] {
  return text.trim().split(/\s+/);
}
