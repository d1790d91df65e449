import type { Test } from 'tap';
import type { Place } from './places.ts';

/** Files that change the host or run a learner's program there. They are opened for writing, but not written. */
const NOT_TO_BE_WRITTEN = [
  '/proc/sys/kernel/core_pattern',
  '/proc/sys/kernel/modprobe',
  '/proc/sys/kernel/randomize_va_space',
  '/proc/sys/kernel/keys/maxkeys',
  '/proc/sys/vm/overcommit_memory',
  '/proc/sys/fs/file-max',
  '/proc/sys/fs/binfmt_misc/register',
  '/proc/sysrq-trigger',
  '/proc/irq/default_smp_affinity',
  '/sys/kernel/uevent_helper',
  '/sys/kernel/mm/transparent_hugepage/enabled',
  '/sys/power/state',
  '/sys/fs/cgroup/cgroup.procs',
  '/sys/fs/cgroup/release_agent',
  '/sys/fs/cgroup/memory/release_agent',
  '/sys/fs/cgroup/memory/memory.limit_in_bytes',
  '/sys/fs/cgroup/memory.max',
  '/sys/fs/cgroup/pids/pids.max',
  '/sys/fs/cgroup/pids.max',
  '/sys/fs/cgroup/devices/devices.allow',
];
const NOT_TO_BE_READ = [
  '/proc/kcore',
  '/proc/kmsg',
  '/dev/kmsg',
  '/dev/mem',
  '/dev/port',
  '/sys/kernel/debug/x',
];
/** Some of these are on every Linux. Otherwise nothing would be tested. */
const ALWAYS_THERE = ['/proc/sys/kernel/core_pattern', '/proc/sys/vm/overcommit_memory'];

/** Files of the kernel that belong to the host. */
export async function kernelFiles(t: Test, place: Place): Promise<void> {
  const { out } = await place.run(`
    for file in ${NOT_TO_BE_WRITTEN.join(' ')}; do
      # In its own folder it may create a file of that name, which does not belong to the kernel.
      [ -e "$file" ] || continue
      echo "there $file"
      ( : >> "$file" ) 2> /dev/null && echo "ESCAPED: $file was opened to be written"
    done
    for file in ${NOT_TO_BE_READ.join(' ')}; do
      ( head -c 1 "$file" | grep -q . ) 2> /dev/null && echo "ESCAPED: $file was read"
    done
    dmesg 2> /dev/null | grep -q . && echo "ESCAPED: the log of the kernel was read"
    grep -v '^0\\+ ' /proc/kallsyms 2> /dev/null | grep -q . && echo "ESCAPED: addresses of the kernel were read"
    true
  `);
  t.same(
    out.split('\n').filter((line) => line.startsWith('ESCAPED')),
    [],
  );
  for (const file of ALWAYS_THERE) t.ok(out.includes(`there ${file}\n`), `${file} was tried`);
}
