import { test } from 'tap';
import { connectEngine } from '../../../../src/engine/docker/client.ts';

await test('an unsupported address is refused before anything is sent', (t) => {
  for (const host of ['ssh://host', 'npipe:////./pipe/docker']) {
    t.throws(() => connectEngine(host, {}), { code: 'CONFIG_INVALID', message: /DOCKER_HOST/ }, host);
  }
  t.throws(() => connectEngine('tcp://host', { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/no/such' }), {
    code: 'CONFIG_INVALID',
    message: /ca\.pem/,
  });
  t.end();
});

await test('the given address overrides the environment’s', (t) => {
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
