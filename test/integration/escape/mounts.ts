import type { Test } from 'tap';
import type { Place } from './places.ts';

const MOUNT = 'mount -t';

/** Mounts that would expose the host or a limit, with the most privileges possible. Each one is tried and rejected. */
const ATTEMPTS = {
  'a disk by its own device node': 'mknod /tmp/disk b 254 0 && head -c 1 /tmp/disk',
  'the memory by its own device node': 'mknod /tmp/memory c 1 1 && head -c 1 /tmp/memory',
  'a file system on a disk': `${MOUNT} ext4 /tmp/disk /mnt`,
  'the devices of the host': `${MOUNT} devtmpfs none /mnt`,
  'the debug file system of the kernel': `${MOUNT} debugfs none /mnt`,
  'the security settings of the kernel': `${MOUNT} securityfs none /mnt`,
  'writable files of the kernel': `${MOUNT} sysfs none /mnt && : >> /mnt/kernel/uevent_helper`,
  'control groups with its limits': `unshare --cgroup sh -c '${MOUNT} cgroup -o memory none /mnt && : >> /mnt/memory.limit_in_bytes'`,
  'control groups with a release agent': `unshare --cgroup sh -c '${MOUNT} cgroup -o pids none /mnt && : >> /mnt/release_agent'`,
  'control groups of version 2': `unshare --cgroup sh -c '${MOUNT} cgroup2 none /mnt && : >> /mnt/cgroup.subtree_control'`,
  'a lower out-of-memory score':
    'perl -e \'open(F, ">", "/proc/self/oom_score_adj"); syswrite(F, "-900") or die "$!\\n"\'',
  'more open files than its limit': 'ulimit -Hn 8192',
  'a core file': 'ulimit -Hc unlimited',
};

const REFUSED =
  /not permitted|denied|Read-only|limit|superuser|nonexistent|No such file|does not exist|not a block device/i;

/** All mounts fail, each with a reason. */
export async function mounts(t: Test, place: Place): Promise<void> {
  const script = Object.values(ATTEMPTS).map(
    (attempt) => `( ${attempt} ) > /dev/null && echo ESCAPED >&2; echo NEXT >&2`,
  );
  const { err } = await place.run(place.asRoot(script.join('\n')));
  const words = err.split('NEXT\n');
  if (place.profile === 'restricted') {
    // Root of the learner's own namespace has no rights there.
    t.match(err, /unshare failed: Operation not permitted/);
    return;
  }
  t.equal(words.length, Object.keys(ATTEMPTS).length + 1, `all were tried: ${err}`);
  for (const [index, what] of Object.keys(ATTEMPTS).entries()) {
    t.notMatch(words[index], 'ESCAPED', what);
    t.match(words[index], REFUSED, what);
    t.notMatch(words[index], /not found|usage:/i, `${what} was tried`);
  }
}
