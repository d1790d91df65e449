import { test } from 'tap';
import {
  parseAnnouncement,
  parseHandle,
  shellHandle,
} from '../../../../../src/engine/docker/exec/shell-leader.ts';

const stat = 'S 0 26 26 34816 26 4194560 943 0 0 0 1 1 0 0 20 0 1 0 116893 2744320 430';
const leader = { pid: 26, startTime: '116893' };

await test('an announcement is parsed, and the rest is left', (t) => {
  for (const end of ['\n', '\r\n']) {
    const announcement = parseAnnouncement(Buffer.from(`\u000126 ${stat}${end}$ prompt\n`));
    t.same(announcement, { state: 'started', leader, rest: Buffer.from('$ prompt\n') });
  }
  t.end();
});

await test('a partial announcement needs more bytes', (t) => {
  const bytes = Buffer.from(`\u000126 ${stat}\r\n`);
  for (let length = 0; length < bytes.length; length += 1) {
    t.same(parseAnnouncement(bytes.subarray(0, length)), { state: 'partial' });
  }
  t.match(parseAnnouncement(bytes), { state: 'started' });
  t.end();
});

await test('the message of the engine, or of the shell, is the reason of a failure', (t) => {
  t.same(parseAnnouncement(Buffer.from('OCI runtime exec failed\r\n')), {
    state: 'failed',
    problem: 'OCI runtime exec failed',
  });
  t.same(parseAnnouncement(Buffer.from('\u0001!zsh: not found\r\n')), {
    state: 'failed',
    problem: 'zsh: not found',
  });
  t.match(parseAnnouncement(Buffer.from('\u0001nonsense\n')), { state: 'failed' });
  t.match(
    parseAnnouncement(Buffer.from('\u0001'.padEnd(3_000, '1'))),
    { state: 'failed' },
    'its length is limited',
  );
  t.end();
});

await test('a handle contains its shell and its user, and nothing else is a handle', (t) => {
  for (const user of [undefined, 'learner', '1000:1000']) {
    t.same(parseHandle(shellHandle({ leader, user })), { leader, user });
    t.same(parseHandle(`${shellHandle({ leader, user })}/0123abcd`), { leader, user });
  }
  for (const handle of [
    '',
    '1',
    '0.1',
    '-1.1',
    '1.1 ',
    '1.x',
    '1.1.1',
    '$(reboot).1',
    '1.1@',
    '0:0:1',
    '1:0:x',
  ]) {
    t.equal(parseHandle(handle), undefined, handle);
  }
  t.end();
});

await test('the user in a handle of an earlier version, which its machine reported, is not trusted', (t) => {
  t.same(parseHandle('26:0:116893'), { leader, user: undefined });
  t.same(parseHandle('26:0:116893/0123abcd'), { leader, user: undefined });
  t.end();
});
