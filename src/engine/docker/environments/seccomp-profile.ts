/**
 * System calls that programs in every machine may use: those that Docker 26.1 and all later versions
 * allow in containers by default, without {@link UNKNOWN_CALLS}. Names of 64-bit systems. The engine
 * skips names that the kernel does not have, and refuses all other calls.
 */
const ORDINARY_CALLS: Readonly<Record<string, string>> = {
  files: `
    access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2
    fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr
    flistxattr flock fremovexattr fsetxattr fstat fstatfs fsync ftruncate futimesat getcwd getdents
    getdents64 getxattr ioctl lchown lgetxattr link linkat listxattr llistxattr lremovexattr lseek
    lsetxattr lstat mkdir mkdirat mknod mknodat name_to_handle_at newfstatat open openat openat2 pread64
    preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv removexattr rename
    renameat renameat2 rmdir sendfile setxattr splice stat statfs statx symlink symlinkat sync
    sync_file_range sync_file_range2 syncfs tee truncate umask unlink unlinkat utime utimensat utimes
    vmsplice write writev`,
  waiting: `
    epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old
    eventfd eventfd2 fanotify_mark inotify_add_watch inotify_init inotify_init1 inotify_rm_watch poll ppoll
    pselect6 select`,
  memory: `
    brk cachestat madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mlock mlock2
    mlockall mmap mprotect mremap msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect
    remap_file_pages`,
  processes: `
    arch_prctl execve execveat exit exit_group fork futex futex_requeue futex_wait futex_waitv futex_wake
    get_robust_list get_thread_area getcpu getpgid getpgrp getpid getppid getpriority getrlimit getrusage
    getsid gettid ioprio_get ioprio_set kill modify_ldt pause pidfd_open pidfd_send_signal prctl prlimit64
    process_mrelease process_vm_readv process_vm_writev ptrace restart_syscall riscv_flush_icache rseq
    rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
    rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr
    sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam
    sched_setscheduler sched_yield set_robust_list set_thread_area set_tid_address setpgid setpriority
    setrlimit setsid sigaltstack signalfd signalfd4 tgkill tkill vfork wait4 waitid`,
  users: `
    capget capset getegid geteuid getgid getgroups getresgid getresuid getuid setfsgid setfsuid setgid
    setgroups setregid setresgid setresuid setreuid setuid`,
  time: `
    adjtimex alarm clock_adjtime clock_getres clock_gettime clock_nanosleep getitimer gettimeofday
    nanosleep setitimer time timer_create timer_delete timer_getoverrun timer_gettime timer_settime
    timerfd_create timerfd_gettime timerfd_settime times`,
  network: `
    accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmsg
    sendmmsg sendmsg sendto setsockopt shutdown socketpair`,
  messages: `
    msgctl msgget msgrcv msgsnd pipe pipe2 semctl semget semop semtimedop shmat shmctl shmdt shmget`,
  confinement: `landlock_add_rule landlock_create_ruleset landlock_restrict_self seccomp`,
  system: `getrandom sysinfo uname`,
};

/** The same calls for 32-bit programs, if they have other names. */
const CALLS_OF_32_BITS = `
  _llseek _newselect chown32 clock_adjtime64 clock_getres_time64 clock_gettime64 clock_nanosleep_time64
  fadvise64_64 fchown32 fcntl64 fstat64 fstatat64 fstatfs64 ftruncate64 futex_time64 getegid32 geteuid32
  getgid32 getgroups32 getresgid32 getresuid32 getuid32 ipc lchown32 lstat64 mmap2 ppoll_time64
  pselect6_time64 recv recvmmsg_time64 rt_sigtimedwait_time64 sched_rr_get_interval_time64
  semtimedop_time64 send sendfile64 setfsgid32 setfsuid32 setgid32 setgroups32 setregid32 setresgid32
  setresuid32 setreuid32 setuid32 sigprocmask sigreturn stat64 statfs64 timer_gettime64 timer_settime64
  timerfd_gettime64 timerfd_settime64 truncate64 ugetrlimit utimensat_time64 waitpid`;

/** The same for 32-bit programs of ARM. */
const CALLS_OF_32_BIT_ARM = `
  arm_fadvise64_64 arm_sync_file_range breakpoint cacheflush set_tls`;

/**
 * Additional calls that an engine in a machine needs to create containers. The kernel allows them only in the
 * learner's own namespaces.
 */
const ENGINE_CALLS = `
  chroot clone mount pivot_root setdomainname sethostname setns umount umount2 unshare`;

/**
 * Calls that the kernel of every machine seems not to have: programs then use another call, while a denial
 * would end them. The kernel counts contexts of asynchronous input and output for the whole host, and message
 * queues for all machines and the host's root together: one machine could use up all of them. 32-bit programs
 * could open sockets of every family with socketcall, which hides the family.
 */
const UNKNOWN_CALLS = `
  clone3 io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit
  mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64
  mq_unlink socketcall`;

/**
 * The same in a machine with an engine, which then uses the older mount calls. Its keys would count toward a
 * quota that learners of all such machines share.
 */
const UNKNOWN_BESIDE_ENGINE = `
  fsconfig fsmount fsopen fspick keyctl mount_setattr move_mount open_tree`;

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
