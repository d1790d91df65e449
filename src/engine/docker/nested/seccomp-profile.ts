import { ENGINE_CALLS, ORDINARY_CALLS, UNKNOWN_CALLS } from './system-calls.ts';

/** The system's numbers of "not permitted" and "no such call". */
const EPERM = 1;
const ENOSYS = 38;
/** Kinds of sockets: local, internet of both versions, asking the kernel of networks, and whole packets. */
const SOCKET_FAMILIES = [1, 2, 10, 16, 17];
/** Linux as it is, with addresses not shuffled, with the version of old; and the question which it is. */
const PERSONALITIES = [0x0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];
/** Programs of 32 bits are not among them: their calls have other names and numbers. */
const ARCHITECTURES = ['X86_64', 'AARCH64', 'PPC64LE', 'S390X', 'RISCV64'];

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
  args?: { index: number; value: number; op: string }[];
}

/** What programs in a machine of the profile `nested` may ask of the kernel. */
export function nestedSeccompProfile(): SeccompProfile {
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    archMap: ARCHITECTURES.map((name) => ({ architecture: `SCMP_ARCH_${name}`, subArchitectures: [] })),
    syscalls: [
      allow([...Object.values(ORDINARY_CALLS), ENGINE_CALLS].flatMap(words)),
      ...SOCKET_FAMILIES.map((value) => allowWith('socket', value)),
      ...PERSONALITIES.map((value) => allowWith('personality', value)),
      { names: words(UNKNOWN_CALLS), action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
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

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
