import type { Test } from 'tap';
import type { Place } from './places.ts';

const EPERM = 1;
const ENOSYS = 38;

/**
 * Numbers of calls on x86-64 and arm64, each called without arguments. A permitted call returns another error than
 * these.
 */
const REFUSED = {
  acct: [163, 89],
  add_key: [248, 217],
  bpf: [321, 280],
  delete_module: [176, 106],
  fanotify_init: [300, 262],
  finit_module: [313, 273],
  init_module: [175, 105],
  io_uring_setup: [425, 425],
  kexec_load: [246, 104],
  open_by_handle_at: [304, 265],
  perf_event_open: [298, 241],
  quotactl: [179, 60],
  reboot: [169, 142],
  request_key: [249, 218],
  settimeofday: [164, 170],
  swapon: [167, 224],
  syslog: [103, 116],
  userfaultfd: [323, 282],
} as const;
/** Permitted next to an engine, because they are useful within the learner's own namespaces. */
const REFUSED_WITHOUT_ENGINE = {
  mount: [165, 40],
  pivot_root: [155, 41],
  setns: [308, 268],
  umount2: [166, 39],
} as const;
/**
 * Programs use these errors to choose an alternative. The kernel counts most of these resources for all machines
 * together.
 */
const UNKNOWN = {
  clone3: [435, 435],
  io_setup: [206, 0],
  io_submit: [209, 2],
  mq_open: [240, 180],
  mq_timedsend: [242, 182],
} as const;
const UNKNOWN_BESIDE_ENGINE = {
  keyctl: [250, 219],
  fsopen: [430, 430],
  open_tree: [428, 428],
  mount_setattr: [442, 442],
} as const;

/**
 * A 32-bit program for x86 that opens a local socket by `socketcall`, which hides the socket family from the system
 * call filter, and exits with the result: a header of 84 bytes, then the code.
 */
const SOCKETCALL_PROGRAM = [
  '7f454c46010101000000000000000000020003000100000054800408340000000000000000000000340020000100',
  '000000000000010000000000000000800408008004087100000071000000050000000010000',
  '06a006a056a0189e1bb01000000b866000000cd8089c3b801000000cd80',
].join('');

/** 32-bit programs cannot open sockets outside the allowed families. */
export async function olderPrograms(t: Test, place: Place): Promise<void> {
  const { out } = await place.run(`
    mkdir -p /tmp/older && cd /tmp/older
    perl -e 'print pack "H*", "${SOCKETCALL_PROGRAM}"' > socketcall && chmod +x socketcall
    perl -e 'my $end = system "./socketcall"; print $end & 127 ? "signal " . ($end & 127) : "answer " . ($end >> 8)'
  `);
  // Either the kernel kills the program, or the call is unknown: 256 - 38.
  t.match(out, process.arch === 'x64' ? /^(signal 31|answer 218)$/ : /^answer/, out);
}

/** System calls that no learner may use, as any user. */
export async function systemCalls(t: Test, place: Place): Promise<void> {
  const nested = place.profile === 'nested';
  const refused = { ...REFUSED, ...(nested ? {} : REFUSED_WITHOUT_ENGINE) };
  const unknown = { ...UNKNOWN, ...(nested ? UNKNOWN_BESIDE_ENGINE : {}) };
  for (const [calls, errors] of [
    [refused, [EPERM]],
    // A container's own engine may reject unknown calls.
    [unknown, [ENOSYS, EPERM]],
  ] as const) {
    const numbers = Object.values(calls).map(([x64, arm64]) => (process.arch === 'arm64' ? arm64 : x64));
    const ask = 'print syscall($_, 0, 0, 0, 0, 0) < 0 ? $! + 0 : "ESCAPED", "\\n" for @ARGV';
    const { out, err } = await place.run(`perl -e '${ask}' ${numbers.join(' ')}`);
    const answers = out.trim().split('\n');
    for (const [index, name] of Object.keys(calls).entries())
      t.ok(errors.includes(Number(answers[index]) as never), `${name}: ${answers[index]} ${err}`);
  }
}
