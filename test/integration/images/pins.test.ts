import { randomBytes } from 'node:crypto';
import { test } from 'tap';
import type { Test } from 'tap';
import type { EngineImages } from '../../../src/engine/engine-images.ts';
import { createPins } from '../../../src/domains/images/pins/create-pins.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { newInstallation } from '../../kit/engine/installation.ts';
import { markImage, openImages } from '../../kit/labs/pins.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { startRegistry } from '../../kit/engine/registry.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** Pins of the test's own installation on the real engine. The lab `lab` has version `v2` now. */
async function openPins(t: Test) {
  const images = openImages(t);
  const installation = newInstallation(t);
  const database = await freshDatabase(t, 'sqlite');
  const clock = createFakeClock();
  const presentVersion = (slug: string) => (slug === 'lab' ? 'v2' : undefined);
  const options = { database, images, installation, pinDays: 180, presentVersion, clock, log: quietLog() };
  const made = createPins(options);
  const held = async () =>
    (await images.listNames('berth/pin')).filter((name) => name.includes(`:${installation}.`));
  const start = async (version: string, image: string) =>
    (await made.pins.resolve({ slug: 'lab', version, images: [image] })).get(image);
  return { ...made, images, clock, held, start, again: () => createPins(options) };
}

/** A name for the test's own use. Its image is removed at the end. */
function imageName(t: Test, images: EngineImages): string {
  const name = `berth-test/${randomBytes(6).toString('hex')}:latest`;
  t.teardown(() => images.remove(name));
  return name;
}

await test('a version keeps its image when the name moves, and a new version uses the new one', async (t) => {
  const { images, start, pins } = await openPins(t);
  const name = imageName(t, images);
  const first = await markImage(images, name, 'first');
  t.equal(await start('v1', name), first);
  t.same(await pins.pinnedBy(first), ['lab']);

  const second = await markImage(images, name, 'second');
  t.not(second, first);
  t.equal(await start('v1', name), first);
  t.equal(await start('v2', name), second);
  t.equal(await start('v1', name), first);
});

await test('simultaneous starts agree, even if the name changes between them', async (t) => {
  const { images, again, held } = await openPins(t);
  const name = imageName(t, images);
  await markImage(images, name, 'one');
  const lab = { slug: 'lab', version: 'v1', images: [name] };
  const starts = Array.from({ length: 4 }, () => again().pins.resolve(lab));
  const moved = markImage(images, name, 'two').then(() => again().pins.resolve(lab));
  const references = (await Promise.all([...starts, moved])).map((found) => found.get(name));
  t.equal(new Set(references).size, 1, 'all have the same image');
  t.ok((await held()).length <= 2);
});

await test('an image that the engine lost is pulled by its digest', async (t) => {
  const { images, start, held } = await openPins(t);
  const registry = await startRegistry(t);
  const first = await registry.push('tools:1');
  t.teardown(() => images.remove(first.reference));
  const pinned = await start('v1', first.reference);
  const second = await registry.push('tools:1');
  t.not(second.digest, first.digest);

  for (const name of [...(await held()), first.reference, `${registry.address}/tools@${first.digest}`]) {
    await images.remove(name);
  }
  t.equal(await images.find(pinned ?? ''), undefined, 'it is removed');
  t.equal(await start('v1', first.reference), pinned, 'it is the same image again');
  t.equal((await held()).length, 1, 'it is kept again');
  t.not(await start('v2', first.reference), pinned);
});

await test('an unavailable image is named, with what to do', async (t) => {
  const { images, start, held, service } = await openPins(t);
  const registry = await startRegistry(t);
  const pushed = await registry.push('tools:1');
  t.teardown(() => images.remove(pushed.reference));
  const pinned = await start('v1', pushed.reference);
  await registry.stop();
  const digest = `${registry.address}/tools@${pushed.digest}`;
  for (const name of [...(await held()), pushed.reference, digest]) await images.remove(name);
  t.equal(await images.find(pinned ?? ''), undefined);
  await t.rejects(start('v1', pushed.reference), {
    code: 'IMAGE_PIN_LOST',
    message: new RegExp(`${pushed.digest}.*${pushed.reference}.*repinLab`),
  });

  const name = imageName(t, images);
  const built = await markImage(images, name, 'built here');
  await start('v1', name);
  for (const given of [...(await held()), name]) await images.remove(given);
  const moved = await markImage(images, name, 'another');
  await t.rejects(start('v1', name), { code: 'IMAGE_PIN_LOST', details: { image: name, pinned: built } });

  const admin = { userId: 'a', role: 'admin', scopes: ['read', 'manage'] } as const;
  t.equal(await service.repin(admin, 'lab'), 2);
  t.equal(await start('v1', name), moved, 'pinned again');
});

await test('a pinned image outlives its name, and is removed once no version needs it', async (t) => {
  const { images, start, held, maintenance, clock } = await openPins(t);
  const name = imageName(t, images);
  const former = await markImage(images, name, 'former');
  await start('v1', name);
  const present = await markImage(images, name, 'present');
  await start('v2', name);
  t.equal(await images.remove(name), 'removed');
  t.ok(await images.find(former));
  t.ok(await images.find(present));

  await clock.advance(181 * DAY_MS);
  await maintenance.sweep();
  t.ok(await images.find(former), 'the name exists before its pin is stored, so removal waits');
  await clock.advance(HOUR_MS);
  await maintenance.sweep();
  t.equal(await images.find(former), undefined);
  t.ok(await images.find(present), "the lab's current version stays");
  t.equal((await held()).length, 1);
});

await test('a version that starts now stays pinned', async (t) => {
  const { images, start, maintenance, clock } = await openPins(t);
  const name = imageName(t, images);
  const first = await markImage(images, name, 'first');
  await start('v1', name);
  await markImage(images, name, 'second');
  for (let month = 0; month < 8; month++) {
    await clock.advance(30 * DAY_MS);
    t.equal(await start('v1', name), first);
    await maintenance.sweep();
  }
});

await test('a name removed from a pinned image is restored', async (t) => {
  const { images, start, held, maintenance } = await openPins(t);
  const name = imageName(t, images);
  await markImage(images, name, 'mark');
  await start('v1', name);
  const before = await held();
  for (const given of before) await images.remove(given);
  await maintenance.sweep();
  t.strictSame(await held(), before);
});

await test('names of another installation are left alone', async (t) => {
  const one = await openPins(t);
  const other = await openPins(t);
  const name = imageName(t, one.images);
  await markImage(one.images, name, 'shared');
  await one.start('v1', name);
  await one.clock.advance(HOUR_MS);
  await other.maintenance.sweep();
  await other.clock.advance(HOUR_MS);
  await other.maintenance.sweep();
  t.equal((await one.held()).length, 1);
});

await test('a pull for a pin is reported and can be aborted', async (t) => {
  const { images, pins } = await openPins(t);
  const registry = await startRegistry(t);
  const { reference } = await registry.push('large:1', [randomBytes(1024 * 1024)]);
  t.teardown(() => images.remove(reference));
  const lab = { slug: 'lab', version: 'v1', images: [reference] };
  const stopped = new AbortController();
  stopped.abort(new Error('the session is over'));
  await t.rejects(pins.resolve(lab, { signal: stopped.signal }), { message: 'the session is over' });
  const reported: unknown[] = [];
  await pins.resolve(lab, { onPercent: (percent) => reported.push(percent) });
  t.ok(reported.length > 0);
});
