import { test } from 'tap';
import { connectEngine } from '../../../../src/engine/docker/connection.ts';
import { createEventTranslator } from '../../../../src/engine/docker/events.ts';
import { resolveUserId } from '../../../../src/engine/docker/environments/machine-user.ts';

await test('root is found by number, whatever it is called', (t) => {
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

await test('a row of users is read as leniently as the engine reads it', (t) => {
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

await test('an end by lack of memory is told as one, once', (t) => {
  const translate = createEventTranslator();
  const Actor = { ID: 'm', Attributes: { 'berth.environment': 'e', exitCode: '137' } };
  const machine = { environmentId: 'e', machineId: 'm' };
  t.equal(translate({ Action: 'oom', Actor }), undefined);
  const died = { type: 'machine-died', ...machine, exitCode: 137 };
  t.same(translate({ Action: 'die', Actor }), { ...died, outOfMemory: true });
  t.same(translate({ Action: 'die', Actor }), { ...died, outOfMemory: false });
  t.same(translate({ Action: 'start', Actor }), { type: 'machine-started', ...machine });
  t.same(translate({ Action: 'destroy', Actor }), { type: 'machine-removed', ...machine });
  t.equal(translate({ Action: 'start', Actor: { ID: 'm', Attributes: {} } }), undefined);
  t.equal(translate({}), undefined);
  t.end();
});

await test('an address that cannot be used is refused before anything is sent', (t) => {
  for (const host of ['ssh://host', 'npipe:////./pipe/docker']) {
    t.throws(() => connectEngine(host, {}), { code: 'CONFIG_INVALID', message: /DOCKER_HOST/ }, host);
  }
  t.throws(() => connectEngine('tcp://host', { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/no/such' }), {
    code: 'CONFIG_INVALID',
    message: /ca\.pem/,
  });
  t.end();
});

await test('the given address wins over the environment’s', (t) => {
  const before = process.env['DOCKER_HOST'];
  t.teardown(() => {
    if (before === undefined) delete process.env['DOCKER_HOST'];
    else process.env['DOCKER_HOST'] = before;
  });
  process.env['DOCKER_HOST'] = 'tcp://elsewhere:1';
  const { docker, close } = connectEngine('unix:///run/some.sock', {});
  t.match(docker.modem, { socketPath: '/run/some.sock', host: undefined, protocol: 'http' });
  close();
  t.end();
});
