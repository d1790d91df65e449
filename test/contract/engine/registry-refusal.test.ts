import t from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { createDockerRegistry } from '../../../src/engine/docker/registry/registry.ts';
import { newInstallation } from '../../kit/engine/installation.ts';
import { markImage, openImages } from '../../kit/labs/pins.ts';
import { REGISTRY_USER, startRegistry } from '../../kit/engine/registry.ts';

await t.test('a registry’s refusal is reported with its message and advice', async (t) => {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const images = openImages(t);
  const installation = newInstallation(t);
  const name = `berth-test/${installation}:1`;
  await markImage(images, name, installation);
  t.teardown(() => images.remove(name));
  const put = (port: number, login?: typeof REGISTRY_USER) => {
    const upstream = `http://127.0.0.1:${port}`;
    return createDockerRegistry({ docker, installation, upstream }).push(
      name,
      { name: 'tools', tag: '1' },
      { login, onLayers: () => undefined },
    );
  };

  const locked = await startRegistry(t, { locked: true });
  await t.rejects(put(locked.port), {
    code: 'LOCAL_REGISTRY_REFUSED',
    message: /refused: .*no basic auth credentials.*setRegistryCredential\.$/,
  });
  await put(locked.port, REGISTRY_USER);

  const cache = await startRegistry(t, { upstream: `http://127.0.0.1:${locked.port}` });
  await t.rejects(put(cache.port), {
    code: 'LOCAL_REGISTRY_REFUSED',
    message: /unsupported.*push the image to the registry from which it pulls\.$/,
  });

  await locked.stop();
  await t.rejects(put(locked.port), {
    code: 'LOCAL_REGISTRY_UNAVAILABLE',
    message: /connection refused/,
  });
  t.same(await images.listNames(`127.0.0.1:${locked.port}/tools`), []);
});
