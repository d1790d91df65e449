import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import type { Test } from 'tap';
import { pingEngine } from '../../../src/host-setup/daemon-process.ts';
import { TYPESCRIPT } from '../../kit/service/typescript.ts';

const ENSURE_ENGINE = [process.execPath, TYPESCRIPT, 'test/kit/runner/machine/ensure-engine.ts'];
/** Hides the host's sockets and pid files from the script. */
const WITHOUT_ENGINE = 'mount -t tmpfs none /run && ';
/** A user who can read this project but is not root. */
const AS_NOBODY =
  'setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+dac_override --ambient-caps=+dac_override ';

/** Runs a script as root in its own mount namespace. Returns its output and exit code. */
async function runApart(script: string, { env = {}, flags = [] as string[] } = {}) {
  const child = spawn('unshare', ['--mount', ...flags, 'sh', '-euc', script], {
    env: { ...process.env, DOCKER_HOST: '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { output, code: code as number | null };
}

await t.test('with setup forbidden and no engine, one message has the commands to run', async (t) => {
  const { output, code } = await runApart(WITHOUT_ENGINE + ENSURE_ENGINE.join(' '), {
    env: { BERTH_ENGINE_SETUP: 'off' },
  });
  t.equal(code, 1);
  t.match(
    output,
    'No container engine responds at unix:///var/run/docker.sock, and BERTH_ENGINE_SETUP is off.',
  );
  t.match(output, 'apt-get install -y docker.io iptables');
  t.notMatch(output, 'sudo');
});

await t.test('a user other than root gets one message with the commands', async (t) => {
  const { output, code } = await runApart(WITHOUT_ENGINE + AS_NOBODY + ENSURE_ENGINE.join(' '));
  t.equal(code, 1);
  t.match(output, 'only root may set one up. Run:\n  sudo apt-get install -y docker.io iptables\n');
  t.match(output, 'sudo usermod -aG docker');
});

await t.test('an unreachable address in DOCKER_HOST is not replaced by another engine', async (t) => {
  const { output, code } = await runApart(ENSURE_ENGINE.join(' '), {
    env: { DOCKER_HOST: 'tcp://127.0.0.1:1' },
  });
  t.equal(code, 1);
  t.match(output, /DOCKER_HOST is tcp:\/\/127\.0\.0\.1:1, but no engine responds there: .*ECONNREFUSED/);
});

await t.test('an address of an unknown kind is named', async (t) => {
  const { output, code } = await runApart(ENSURE_ENGINE.join(' '), { env: { DOCKER_HOST: 'ssh://host' } });
  t.equal(code, 1);
  t.match(output, 'DOCKER_HOST: addresses that start with ssh:// are not supported');
});

await t.test('a kernel limit that cannot be raised does not prevent the use of an engine', async (t) => {
  const { output, code } = await runApart(`
    work=$(mktemp -d)
    mount -t tmpfs none "$work"
    echo 200 > "$work/maxkeys"
    echo 20000 > "$work/maxbytes"
    mount --bind "$work" /proc/sys/kernel/keys
    mount -o remount,bind,ro /proc/sys/kernel/keys
    umount "$work"
    rmdir "$work"
    ${ENSURE_ENGINE.join(' ')}
  `);
  t.strictSame([output, code], ['unix:///var/run/docker.sock\n', 0]);
});

await t.test(
  'a used engine keeps its settings, and a failing one is reported with where to look',
  async (t) => {
    const { output } = await runApart(`
    work=$(mktemp -d)
    trap 'umount -l "$work"; rmdir "$work"' EXIT
    mount -t tmpfs none "$work"
    mkdir "$work/etc" "$work/etc-work" "$work/data" "$work/log" "$work/bin"
    mount -t overlay -o "lowerdir=/etc,upperdir=$work/etc,workdir=$work/etc-work" overlay /etc
    rm -f /etc/docker/daemon.json
    touch "$work/data/used"
    mount --bind "$work/data" /var/lib/docker
    mount --bind "$work/log" /var/log
    ${WITHOUT_ENGINE} PATH="$work/bin:$PATH"
    printf '#!/bin/sh\necho no such option\nexit 3\n' > "$work/bin/dockerd"
    printf '#!/bin/sh\necho Job for docker.service failed. >&2\nexit 1\n' > "$work/bin/systemctl"
    chmod +x "$work/bin/dockerd" "$work/bin/systemctl"
    ${ENSURE_ENGINE.join(' ')} || true
    mkdir -p /run/systemd/system
    ${ENSURE_ENGINE.join(' ')} || true
    [ -e /etc/docker/daemon.json ] || echo daemon.json was left alone
  `);
    t.match(
      output,
      /It ended: exit code 3\.\n {2}The end of its log, \S+berth-dockerd\.log:\n {2}no such option/,
    );
    t.match(output, /systemd could not start .*\n.*exit code 1\n {2}Job for docker\.service failed\./);
    t.match(output, 'journalctl -u docker.service');
    t.match(output, 'daemon.json was left alone');
  },
);

await t.test('distinguishes an engine that rejects this user from a missing one', async (t) => {
  // The path of a socket is limited to 107 bytes, so it needs a short folder.
  const folder = await mkdtemp(join(tmpdir(), 'berth-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 'engine.sock');
  const server = createServer((_, response) => response.end('OK')).listen(path);
  await once(server, 'listening');
  t.teardown(() => server.close());
  t.match(await pingEngine(`unix://${path}`, {}), { state: 'up' });
  t.match(await pingEngine(`unix://${folder}/none.sock`, {}), { state: 'down' });
  await asNobody(t, path, async () => {
    t.match(await pingEngine(`unix://${path}`, {}), { state: 'refused' });
  });
});

/** Lets another user enter the folder of `path`, but `path` is root's only. */
async function asNobody(t: Test, path: string, work: () => Promise<void>) {
  await chmod(dirname(path), 0o755);
  await chmod(path, 0o600);
  t.equal(process.getuid?.(), 0, 'tests run as root');
  process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    process.seteuid?.(0);
  }
}

await t.test('a stopped engine is configured for labs and started', async (t) => {
  const work = await mkdtemp(join(tmpdir(), 'berth-'));
  t.teardown(() => rm(work, { recursive: true }));
  const script = `
    work=${work}
    mount -t tmpfs none "$work"
    mkdir "$work/etc" "$work/etc-work" "$work/data" "$work/log"
    mount -t overlay -o "lowerdir=/etc,upperdir=$work/etc,workdir=$work/etc-work" overlay /etc
    rm -f /etc/docker/daemon.json
    if getent passwd dockremap > /dev/null; then userdel dockremap; fi
    sed -i /^dockremap/d /etc/subuid /etc/subgid
    mount --bind "$work/data" /var/lib/docker
    mount --bind "$work/log" /var/log
    mount -t tmpfs none /run
    ip link set lo up
    ${ENSURE_ENGINE.join(' ')}
    cat /run/docker.pid
    echo
    curl --silent --unix-socket /run/docker.sock http://engine/info
    ls /var/log
    ${ENSURE_ENGINE.join(' ')}
    kill "$(cat /run/docker.pid)"
    while [ -e /run/docker.sock ]; do sleep 0.1; done
  `;
  const flags = ['--net', '--pid', '--fork', '--mount-proc', '--kill-child'];
  const { output, code } = await runApart(script, { flags });
  const [note, pid, info, log, again] = output.split('\n');
  t.equal(code, 0);
  t.equal(note, 'started at unix:///var/run/docker.sock');
  t.match(pid, /^\d+$/);
  const facts = JSON.parse(info ?? '{}');
  t.match(facts.SecurityOptions, ['name=seccomp,profile=builtin', 'name=userns']);
  t.match(facts, { LiveRestoreEnabled: true, LoggingDriver: 'json-file' });
  t.strictSame(facts.DefaultAddressPools, [{ Base: '172.28.0.0/16', Size: 26 }]);
  t.equal(log, 'berth-dockerd.log');
  t.equal(again, 'unix:///var/run/docker.sock', 'a second call finds it');
});
