import type { Test } from 'tap';
import type { Place } from './places.ts';

/**
 * Allowed entries of /dev: no storage, the sockets of the machine's own shells, and the tun device if an engine needs
 * it.
 */
const DEVICES =
  /^\/dev\/(null|zero|full|random|urandom|tty|console|core|fd|ptmx|pts(\/.*)?|shm(\/.*)?|mqueue(\/.*)?|berth(\/[0-9a-f]+)?|std(in|out|err))$/;

/** The machine contains nothing of the host, the engine or other sessions. */
export async function ownMachine(t: Test, place: Place): Promise<void> {
  const { out: devices } = await place.run('find /dev -mindepth 1');
  const strange = devices
    .trim()
    .split('\n')
    .filter((path) => !DEVICES.test(path));
  t.same(strange.toSorted(), place.profile === 'nested' ? ['/dev/net', '/dev/net/tun'] : []);

  const sockets = await place.run('find / -xdev -type s 2> /dev/null');
  const own = /^\/run\/user\/1000\//;
  t.same(
    sockets.out.split('\n').filter((path) => path !== '' && !own.test(path)),
    [],
    'no socket of the host’s engine',
  );

  const { out: first } = await place.run('tr "\\\\0" " " < /proc/1/cmdline');
  t.match(first, /docker-init|tini/, 'the first process is the machine’s own');
}

/** No program in the image lets a user become root or another user. */
export async function otherUsers(t: Test, place: Place): Promise<void> {
  const { out } = await place.run(
    'grep -h NoNewPrivs /proc/self/status; find / -xdev -type f -perm /6000 2> /dev/null',
  );
  const [, isForbidden] = /^NoNewPrivs:\s(\d)$/m.exec(out) ?? [];
  const programs = out.split('\n').filter((line) => line.startsWith('/'));
  t.ok(
    isForbidden === '1' || programs.length === 0,
    `programs that grant new privileges: ${programs.join(' ')}`,
  );
  if (place.profile !== 'nested') return;
  const { err } = await place.run(FORGE_MAPS);
  t.notMatch(err, 'ESCAPED', err);
  t.equal(err.split(/not allowed|not permitted|failed|denied/).length - 1 >= FORGED_MAPS.length, true, err);
}

/** Ids of root, nobody, or other users. */
const FORGED_MAPS = ['0 0 1', '0 1000 1 1 0 1', '0 99999 1', '0 100000 65537', '0 165536 1', '0 1001 1'];
const FORGE_MAPS = FORGED_MAPS.map(
  (map) => `
    unshare --user sleep 5 & pid=$!
    until [ "$(readlink /proc/$pid/ns/user)" != "$(readlink /proc/self/ns/user)" ]; do sleep 0.05; done
    newuidmap $pid ${map} && echo ESCAPED ${map} >&2; kill $pid`,
).join('\n');
