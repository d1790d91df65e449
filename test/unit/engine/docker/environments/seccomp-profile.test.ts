import { test } from 'tap';
import {
  nestedSeccompProfile,
  ordinarySeccompProfile,
} from '../../../../../src/engine/docker/environments/seccomp-profile.ts';

const profiles = { nested: nestedSeccompProfile(), ordinary: ordinarySeccompProfile() };

/** Returns the action for a call, with the error number of its refusal. */
function resultOf(name: string, { syscalls, defaultAction, defaultErrnoRet } = profiles.nested): string {
  const rules = syscalls.filter(({ names }) => names.includes(name));
  const results = new Set(rules.map(({ action, errnoRet }) => `${action} ${errnoRet ?? ''}`.trim()));
  return results.size === 0 ? `${defaultAction} ${defaultErrnoRet}` : [...results].join(' and ');
}

await test('calls that lead out of a machine are not permitted', async (t) => {
  const refused = `
    acct add_key bpf delete_module fanotify_init finit_module init_module io_uring_enter io_uring_register
    io_uring_setup ioperm iopl kcmp kexec_file_load kexec_load lookup_dcookie mbind migrate_pages move_pages
    nfsservctl open_by_handle_at perf_event_open pidfd_getfd process_madvise quotactl reboot request_key
    settimeofday swapoff swapon sysfs syslog userfaultfd uselib ustat vhangup vm86`;
  for (const name of refused.trim().split(/\s+/))
    for (const profile of Object.values(profiles)) t.equal(resultOf(name, profile), 'SCMP_ACT_ERRNO 1', name);
  const madeByEngines = 'chroot mount pivot_root setns umount2 unshare keyctl open_tree fsopen move_mount';
  for (const name of madeByEngines.split(' '))
    t.equal(resultOf(name, profiles.ordinary), 'SCMP_ACT_ERRNO 1', name);
});

await test('calls that use resources of all machines together seem to be missing', async (t) => {
  const unknown = 'io_setup io_submit mq_open mq_timedsend mq_timedsend_time64 socketcall clone3';
  for (const name of unknown.split(' '))
    for (const profile of Object.values(profiles))
      t.equal(resultOf(name, profile), 'SCMP_ACT_ERRNO 38', name);
  t.equal(resultOf('keyctl', profiles.nested), 'SCMP_ACT_ERRNO 38');
  for (const profile of Object.values(profiles))
    t.ok(profile.syscalls[0]?.names.includes('socketcall'), 'before the rules for sockets');
});

await test('without an engine, processes are created in existing namespaces only', async (t) => {
  const rules = profiles.ordinary.syscalls.filter(({ names }) => names.includes('clone'));
  const every = 0x7e02_0000;
  t.match(rules, [
    {
      args: [{ index: 0, value: every, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
      excludes: { arches: ['s390', 's390x'] },
    },
    {
      args: [{ index: 1, value: every, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
      includes: { arches: ['s390', 's390x'] },
    },
  ]);
});

await test('an engine can create containers, and newer calls for that seem to be missing', async (t) => {
  for (const name of ['clone', 'mount', 'pivot_root', 'setns', 'umount2', 'unshare'])
    t.equal(resultOf(name), 'SCMP_ACT_ALLOW', name);
  for (const name of ['clone3', 'fsconfig', 'fsmount', 'fsopen', 'move_mount', 'open_tree'])
    t.equal(resultOf(name), 'SCMP_ACT_ERRNO 38', name);
});

await test('each call has one action, and is named once', async (t) => {
  for (const profile of Object.values(profiles)) {
    const withoutArguments = profile.syscalls.filter(({ args }) => !args).flatMap(({ names }) => names);
    t.equal(new Set(withoutArguments).size, withoutArguments.length);
    for (const name of new Set(profile.syscalls.flatMap(({ names }) => names)))
      t.notMatch(resultOf(name, profile), / and /, name);
  }
});

await test('only a few socket families are allowed, and only 64-bit programs next to an engine', async (t) => {
  for (const { syscalls } of Object.values(profiles)) {
    const socket = syscalls.filter(({ names }) => names.includes('socket'));
    // A rule with two conditions on one argument matches if either does.
    t.ok(socket.every(({ args }) => args?.length === 1 && args[0]?.op === 'SCMP_CMP_EQ'));
    const families = new Set(socket.map(({ args }) => args?.[0]?.value));
    for (const [name, family] of Object.entries({ ALG: 38, VSOCK: 40, XDP: 44, BLUETOOTH: 31 }))
      t.notOk(families.has(family), name);
  }
  t.ok(profiles.nested.archMap.every(({ subArchitectures }) => subArchitectures.length === 0));
  t.match(profiles.ordinary.archMap[0], { subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] });
});
