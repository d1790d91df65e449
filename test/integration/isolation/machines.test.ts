import { test } from 'tap';
import {
  dockerHarness,
  environmentSpec,
  machineSpec,
  provisionMachine,
  runScript,
} from '../../kit/engine/engines.ts';

const bothProfiles = [{ profile: 'standard' }, { profile: 'restricted', user: 'learner' }] as const;

for (const profile of bothProfiles) {
  await test(`a ${profile.profile} machine`, async (t) => {
    const { engine } = dockerHarness(t);
    const spec = environmentSpec({ machines: [machineSpec(profile)] });
    const [machine] = await engine.provision(spec);
    const run = (script: string, changes = {}) =>
      runScript(engine, machine?.machineId ?? '', script, changes);

    await t.test('gains nothing from setuid programs', async (t) => {
      t.match(await run('grep NoNewPrivs /proc/self/status'), { out: /1$/m });
      const { out } = await run('su root -c "id -u" </dev/null; passwd -S root', { user: 'learner' });
      t.notMatch(out, /^0$/m);
    });

    await t.test('cannot mount, load modules, set the clock, or write to the kernel', async (t) => {
      for (const attempt of [
        'mount -t tmpfs none /mnt',
        'mount -t proc none /mnt',
        'unshare -m true',
        'unshare -Ur true',
        'date -s 2001-01-01',
        'echo x >/proc/sys/kernel/core_pattern',
        'echo 1 >/proc/sys/net/ipv4/ip_forward',
        'echo b >/proc/sysrq-trigger',
        'ip link set eth0 down',
        'chroot / true',
      ]) {
        t.not((await run(`${attempt} 2>/dev/null`, { user: '0' })).code, 0, attempt);
      }
    });

    await t.test('has neither the engine’s socket nor any mount of the host', async (t) => {
      t.match(await run('find / -xdev -type s -name "*.sock" 2>/dev/null | grep .'), { code: 1 });
      const mounts = (await run('cut -d" " -f2 /proc/self/mounts')).out.trim().split('\n');
      const own =
        /^\/($|proc|sys|dev|etc\/(resolv.conf|hostname|hosts)$|usr\/sbin\/docker-init$|sbin\/docker-init$|run\/berth$)/;
      t.same(
        mounts.filter((mount) => !own.test(mount)),
        [],
      );
    });

    await t.test('keeps its memory limit', async (t) => {
      t.match(await run('tail /dev/zero'), { code: 137 });
      t.match(await engine.inspect(machine?.machineId ?? ''), { state: 'running' }, 'and keeps running');
    });

    await t.test('writes no core dumps, and has an init that reaps', async (t) => {
      t.equal((await run('ulimit -c; ulimit -Hc')).out, '0\n0\n');
      await run('(setsid sh -c "sleep 0.1 &" &)');
      await run('sleep 0.5');
      t.notMatch((await run('cat /proc/[0-9]*/stat')).out, / Z /);
    });

    // Last, because it leaves no process to spare.
    await t.test('keeps its process limit', async (t) => {
      const { out } = await run(
        'for i in $(seq 100); do sleep 20 & done 2>/dev/null; ls -d /proc/[0-9]* | wc -l',
      );
      t.ok(Number(out) <= 64, out);
    });
  });
}

await test('has only the capabilities that apt needs, or none', async (t) => {
  const { engine } = dockerHarness(t);
  const bounding = async (profile: (typeof bothProfiles)[number]) => {
    const { machineId } = await provisionMachine(engine, profile);
    const { out } = await runScript(engine, machineId, 'grep CapBnd /proc/self/status');
    return BigInt(`0x${out.split(/\s+/)[1]}`);
  };
  const named = { chown: 0n, dacOverride: 1n, fowner: 3n, fsetid: 4n, kill: 5n, setgid: 6n, setuid: 7n };
  const standard = Object.values(named).reduce((mask, bit) => mask | (1n << bit), 0n);
  t.equal(await bounding(bothProfiles[0]), standard);
  t.equal(await bounding(bothProfiles[1]), 0n);
});

await test('a restricted machine cannot run as root, under any name', async (t) => {
  const { engine } = dockerHarness(t);
  for (const user of [undefined, 'root', '0', '0:1000', 'root:learner', '+0', '00']) {
    const machines = [machineSpec({ profile: 'restricted', ...(user !== undefined && { user }) })];
    await t.rejects(
      engine.provision(environmentSpec({ machines })),
      {
        code: 'LAB_INVALID',
        details: { problem: /"main" is restricted and its user is root/ },
      },
      String(user),
    );
  }
  t.same(await engine.list(), []);
  const { machineId } = await provisionMachine(engine, { profile: 'restricted', user: '1000' });
  t.equal(
    (await runScript(engine, machineId, 'id -u; sudo -n id 2>/dev/null; cat /etc/shadow')).out,
    '1000\n',
  );
});

await test('a standard machine can be administered', async (t) => {
  const { engine } = dockerHarness(t);
  const { machineId } = await provisionMachine(engine);
  const works = async (script: string) => {
    const result = await runScript(
      engine,
      machineId,
      `set -e; export DEBIAN_FRONTEND=noninteractive; ${script}`,
    );
    t.match(result, { code: 0 }, `${script}\n${result.err}`);
    return result;
  };
  await works('useradd -m ada; echo ada:secret | chpasswd; su ada -c "id -un" | grep -x ada');
  await works('touch /tmp/f; chown ada:ada /tmp/f; chmod 2755 /tmp/f; stat -c %U%a /tmp/f | grep -x ada2755');
  await works('ping -c1 -W1 127.0.0.1; su ada -c "ping -c1 127.0.0.1"');
  await works(
    'su ada -c "sleep 60 >/dev/null 2>&1 &"; until pkill -u ada sleep; do sleep 0.1; done; passwd -l ada; userdel -r ada',
  );
  await works(`
    mkdir -p /tmp/p/DEBIAN /tmp/p/usr/bin /tmp/repository
    printf "Package: berth-greeting\\nVersion: 1.0\\nArchitecture: all\\nMaintainer: none\\nDescription: greets\\n" >/tmp/p/DEBIAN/control
    printf "#!/bin/sh\\nset -e\\nid greeter || useradd --system greeter\\nchown greeter /usr/bin/berth-greeting\\n" >/tmp/p/DEBIAN/postinst
    printf "#!/bin/sh\\necho greetings\\n" >/tmp/p/usr/bin/berth-greeting
    chmod 755 /tmp/p/DEBIAN/postinst /tmp/p/usr/bin/berth-greeting
    dpkg-deb --root-owner-group -b /tmp/p /tmp/repository/berth-greeting.deb >/dev/null
    apt-get install -y /tmp/repository/berth-greeting.deb
    berth-greeting | grep -x greetings
    apt-get purge -y berth-greeting`);
  // The downloader runs as another user in its own sandbox.
  await works(`
    cd /tmp/repository; size=$(stat -c %s berth-greeting.deb); sum=$(sha256sum berth-greeting.deb | cut -d" " -f1)
    { dpkg-deb -f berth-greeting.deb; echo "Filename: ./berth-greeting.deb"; echo "Size: $size"; echo "SHA256: $sum"; } >Packages
    rm -f /etc/apt/sources.list.d/* /etc/apt/sources.list
    echo "deb [trusted=yes] file:/tmp/repository ./" >/etc/apt/sources.list
    apt-get update; apt-get install -y berth-greeting; berth-greeting`);
});
