import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { ENDING_SCRIPT } from '../../../src/engine/docker/environments/ending.ts';
import { withAnnouncement, parseAnnouncement } from '../../../src/engine/docker/exec/shell-leader.ts';

for (const shell of [['sh'], ['bash', '--posix']] as const) {
  await test(`${shell.join(' ')} ends a session, including a leader that ignores signals`, async (t) => {
    const [program, ...options] = shell;
    const leaderScript = 'trap "" HUP TERM; sleep 641 & setsid sleep 642 & sleep 643; sleep 644';
    const [, ...command] = withAnnouncement([...shell, '-c', leaderScript]);
    const session = spawn(program, [...options, ...command], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(session.stdout, 'data')) as [Buffer];
    const announcement = parseAnnouncement(line);
    if (announcement.state !== 'started') throw new Error(line.toString());
    const { pid, startTime } = announcement.leader;
    t.equal(pid, session.pid);
    await sleep(300);
    const end = (start: string) =>
      spawnSync(program, [...options, '-c', ENDING_SCRIPT, 'sh', String(pid), start, '']).status;
    t.equal(end('1'), 0);
    t.equal(session.exitCode ?? session.signalCode, null, 'another start time is another process');
    t.equal(end(startTime), 0);
    if (session.signalCode === null) await once(session, 'exit');
    t.equal(session.signalCode, 'SIGKILL');
    const left = processes(/sleep 64[1-4]/);
    t.same(
      left.map(({ name }) => name),
      ['sleep 642'],
      'processes that left the session stay',
    );
    for (const { id } of left) process.kill(id, 'SIGKILL');
  });
}

function processes(pattern: RegExp): { id: number; name: string }[] {
  const script = 'for d in /proc/[0-9]*; do echo "${d#/proc/} $(tr "\\0" " " <$d/cmdline)"; done 2>/dev/null';
  const lines = spawnSync('sh', ['-c', script]).stdout.toString().split('\n');
  return lines.flatMap((line) => {
    const [, id, name = ''] = /^(\d+) (.*?) ?$/.exec(line) ?? [];
    return pattern.test(name) && name.startsWith('sleep') ? [{ id: Number(id), name }] : [];
  });
}
