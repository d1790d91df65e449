import { test } from 'tap';
import { resolveUserId } from '../../../../../src/engine/docker/environments/machine-user.ts';

await test('root is found by its number, whatever its name', (t) => {
  const passwd =
    'root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\n7:x:0:0::/:/bin/sh\n';
  const table: [string, number | undefined][] = [
    ['', 0],
    ['root', 0],
    ['toor:ada', 0],
    ['0', 0],
    ['+0', 0],
    ['-0', 0],
    ['000:5', 0],
    ['7', 0],
    ['ada', 1000],
    ['1234', 1234],
    ['eve', undefined],
  ];
  for (const [user, id] of table) t.equal(resolveUserId(user, passwd), id, user);
  t.end();
});

await test('a row of users is parsed as leniently as the engine does', (t) => {
  const rows: [string, number | undefined][] = [
    [' evil:x:0:0', 0],
    ['\t evil:x:1000:0\r', 1000],
    ['\u0085evil:x:0:0', 0],
    ['evil:x:zero:0', 0],
    ['evil:x: 1000:0', 0],
    ['evil:x:0x10:0', 0],
    ['evil:x::0', 0],
    ['evil', 0],
    ['\uFEFFevil:x:1000:0', undefined],
  ];
  for (const [row, id] of rows) t.equal(resolveUserId('evil', `ada:x:1000:1000\n${row}\n`), id, row);
  const nought = 'root:x:0:0\n0:x:1000:1000\n';
  for (const user of ['', '0', ':5']) t.equal(resolveUserId(user, nought), 0, user);
  t.equal(resolveUserId('99999999999999999999', ''), undefined);
  t.end();
});
