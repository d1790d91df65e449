import t from 'tap';
import { beginMirror, endOf, listed, startBerthWithRegistry } from '../../kit/service/berth-with-registry.ts';
import { markImage, openImages } from '../../kit/labs/pins.ts';
import { until } from '../../kit/basics/until.ts';

/** The first build of the image takes a while. */
t.setTimeout(300_000);

await t.test(
  'images are mirrored one at a time, and neither cancelling nor a crash leaves names on the engine',
  async (t) => {
    const { berth, docker, installation } = await startBerthWithRegistry(t);
    const { address } = (await listed(berth)) ?? {};
    const images = openImages(t);
    const [one, other] = [`berth-test/one-${installation}:1`, `berth-test/other-${installation}:1`];
    for (const name of [one, other]) {
      await markImage(images, name, name);
      t.teardown(() => images.remove(name));
    }
    // A registry that does not answer holds up a push.
    const writer = docker.getContainer(`berth-registry-${installation}-writer`);
    await writer.pause();
    const given = `${address}/library/tools:1`;
    t.teardown(() => images.remove(given));
    const cancelled = await beginMirror(berth, `image: "${one}", as: "tools:1"`);
    await until(async () => (await images.find(given)) !== undefined);
    await berth.graphql(`mutation { cancelJob(input: { job: "${cancelled}" }) { job { id } } }`);
    t.match(await endOf(berth, cancelled), { state: 'CANCELLED', log: /Pushing sha256:[^]*/ });
    t.equal(await images.find(given), undefined, 'a cancelled push leaves no name');
    t.ok(await images.find(one), 'and removes nothing');

    const first = await beginMirror(berth, `image: "${one}", as: "tools:1"`);
    await until(async () => (await images.find(given)) !== undefined);
    t.equal(
      await beginMirror(berth, `image: "${one}", as: "library/tools:1"`),
      first,
      'the same request is one job',
    );
    await t.rejects(beginMirror(berth, `image: "${other}", as: "tools:1"`), {
      message: /A job on ".*one-.* as library\/tools:1" is already running/,
    });

    await berth.kill();
    await writer.unpause();
    t.ok(await images.find(given), 'the crash left the name');
    await berth.start();
    t.match(await listed(berth), { images: [] }, 'nothing of the aborted push is left');
    await until(async () => (await images.find(given)) === undefined);
    t.match(await endOf(berth, first), { state: 'FAILED', reason: { code: 'JOB_INTERRUPTED' } });
    t.ok(await images.find(one), 'the image is unchanged');

    await images.tag(other, given);
    const again = await endOf(berth, await beginMirror(berth, `image: "${one}", as: "tools:1"`));
    t.match(again, { state: 'FAILED', reason: { code: 'IMAGE_NOT_OURS' } });
    t.equal((await images.find(given))?.id, (await images.find(other))?.id, 'a name of others stays');
    await images.remove(given);
    t.match(await endOf(berth, await beginMirror(berth, `image: "${one}", as: "tools:1"`)), {
      state: 'SUCCEEDED',
    });
    t.match(await listed(berth), { images: [{ name: 'library/tools', tags: ['1'] }] });
    t.equal(await images.find(given), undefined);
  },
);
