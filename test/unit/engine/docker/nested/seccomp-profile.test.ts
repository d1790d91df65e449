import { test } from 'tap';
import { nestedSeccompProfile } from '../../../../../src/engine/docker/nested/seccomp-profile.ts';

const { defaultAction, defaultErrnoRet, archMap, syscalls } = nestedSeccompProfile();

/** What becomes of a call: its action, with the number of its refusal. */
function fateOf(name: string): string {
  const rules = syscalls.filter(({ names }) => names.includes(name));
  const fates = new Set(rules.map(({ action, errnoRet }) => `${action} ${errnoRet ?? ''}`.trim()));
  return fates.size === 0 ? `${defaultAction} ${defaultErrnoRet}` : [...fates].join(' and ');
}

await test('what leads out of a machine is not permitted', async (t) => {
  const refused = `
    acct add_key bpf delete_module fanotify_init finit_module init_module io_uring_enter io_uring_register
    io_uring_setup ioperm iopl kcmp kexec_file_load kexec_load lookup_dcookie mbind migrate_pages move_pages
    nfsservctl open_by_handle_at perf_event_open pidfd_getfd process_madvise quotactl reboot request_key
    settimeofday swapoff swapon sysfs syslog userfaultfd uselib ustat vhangup vm86`;
  for (const name of refused.trim().split(/\s+/)) t.equal(fateOf(name), 'SCMP_ACT_ERRNO 1', name);
});

await test('an engine can make containers, and is told that it has no newer calls for that', async (t) => {
  for (const name of ['clone', 'mount', 'pivot_root', 'setns', 'umount2', 'unshare', 'keyctl'])
    t.equal(fateOf(name), 'SCMP_ACT_ALLOW', name);
  for (const name of ['clone3', 'fsconfig', 'fsmount', 'fsopen', 'move_mount', 'open_tree'])
    t.equal(fateOf(name), 'SCMP_ACT_ERRNO 38', name);
});

await test('no call has two fates, and each is named once', async (t) => {
  const withoutArguments = syscalls.filter(({ args }) => !args).flatMap(({ names }) => names);
  t.equal(new Set(withoutArguments).size, withoutArguments.length);
  for (const name of new Set(syscalls.flatMap(({ names }) => names))) t.notMatch(fateOf(name), / and /, name);
});

await test('sockets are of a few kinds, and programs of 64 bits', async (t) => {
  const socket = syscalls.filter(({ names }) => names.includes('socket'));
  // A rule with two conditions on one argument holds where either does.
  t.ok(socket.every(({ args }) => args?.length === 1 && args[0]?.op === 'SCMP_CMP_EQ'));
  const families = new Set(socket.map(({ args }) => args?.[0]?.value));
  for (const [name, family] of Object.entries({ ALG: 38, VSOCK: 40, XDP: 44, BLUETOOTH: 31 }))
    t.notOk(families.has(family), name);
  t.ok(archMap.every(({ subArchitectures }) => subArchitectures.length === 0));
});
