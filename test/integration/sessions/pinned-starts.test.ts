import { test } from 'tap';
import type { Test } from 'tap';
import { systemClock } from '../../../src/core/clock.ts';
import { createPins } from '../../../src/domains/images/pins/create-pins.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import type { Lab } from '../../../src/domains/labs/lab.ts';
import type { WarmOutcome } from '../../../src/domains/sessions/pool/warm-start.ts';
import { createActors } from '../../kit/service/actors.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { runScript } from '../../kit/engine/engines.ts';
import { newInstallation } from '../../kit/engine/installation.ts';
import { markImage, openImages } from '../../kit/labs/pins.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { openTestEngine } from '../../kit/sessions/session-engine.ts';
import {
  openSessions,
  testCatalogue,
  testImage,
  testLab,
  testMachine,
  whenState,
} from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';
import { readyIds, whenPool } from '../../kit/sessions/warm.ts';

/** A service whose lab has the test's own image, with the mark `first`. */
async function openPinned(t: Test, changes: Partial<Lab> = {}) {
  const database = await freshDatabase(t, 'sqlite');
  const actors = await createActors(database);
  const installation = newInstallation(t);
  const images = openImages(t);
  const name = `berth-test/${installation}:latest`;
  t.teardown(() => images.remove(name));
  const engine = openTestEngine(t, { installation });
  const lab = testLab('lab', { version: 'v1', machines: [testMachine('main', { image: name })], ...changes });
  const catalogue = { now: lab };
  const { pins, service: pinService } = createPins({
    database,
    images,
    installation,
    pinDays: 180,
    presentVersion: () => catalogue.now.version,
    clock: systemClock,
    log: quietLog(),
  });
  const labs = { get: () => catalogue.now, version: () => catalogue.now, all: () => [catalogue.now] };
  const outcomes: WarmOutcome[] = [];
  const onWarmStart = (outcome: WarmOutcome) => void outcomes.push(outcome);
  const sessions = openSessions(t, database, { engine, catalogue: labs, pins, onWarmStart });
  const mark = (text: string) => markImage(images, name, text, testImage);
  await mark('first');
  sessions.start();

  /** The mark in the machine of a learner who starts the lab now. */
  const markFor = async (learner: Actor) => {
    const { id } = await sessions.service.start(learner, { lab: 'lab' });
    const ready = await whenState(sessions.service, id, 'ready', 'failed');
    t.equal(ready.state, 'ready');
    const machine = await database.client.machine.findFirstOrThrow({ where: { sessionId: id } });
    t.equal(machine.image, name, 'people see the name that the lab uses');
    const { out } = await runScript(engine, machine.containerId ?? '', 'cat /mark');
    await sessions.service.stop(learner, id);
    await whenState(sessions.service, id, 'ended');
    return out;
  };

  return { database, actors, lab, catalogue, sessions, pinService, outcomes, mark, markFor };
}

await test('a version of a lab starts with the same image after its name has moved', async (t) => {
  const { actors, lab, catalogue, mark, markFor } = await openPinned(t);
  const { owner, other } = actors;
  t.equal(await markFor(owner), 'first');
  await mark('second');
  t.equal(await markFor(other), 'first', 'the same version');
  catalogue.now = { ...lab, version: 'v2' };
  t.equal(await markFor(owner), 'second', 'the next version');
  catalogue.now = lab;
  t.equal(await markFor(owner), 'first', 'and back');
});

await test('prewarmed environments are replaced when their lab pins its images again', async (t) => {
  const warm = { count: 1, schedule: [] };
  const { database, actors, sessions, pinService, outcomes, mark, markFor } = await openPinned(t, { warm });
  await whenPool(sessions, 'lab', 1);
  const [former] = await readyIds(database);
  await mark('second');
  t.equal(await pinService.repin(actors.admin, 'lab'), 1);
  // Also before the old one has been removed.
  t.equal(await markFor(actors.owner), 'second');
  await until(async () => !(await readyIds(database)).includes(former ?? ''));
  await whenPool(sessions, 'lab', 1);
  t.equal(await markFor(actors.other), 'second');
  t.equal(outcomes.at(-1), 'hit', 'recreated');
});

await test('a start without its image fails with the missing name', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const images = openImages(t);
  const engine = openTestEngine(t);
  const image = '127.0.0.1:1/none:1';
  const catalogue = testCatalogue([testLab('lab', { machines: [testMachine('main', { image })] })]);
  const options = { database, images, installation: 'test-none', pinDays: 1, clock: systemClock };
  const { pins } = createPins({ ...options, presentVersion: () => undefined, log: quietLog() });
  const sessions = openSessions(t, database, { engine, catalogue, pins });
  sessions.start();
  const { id } = await sessions.service.start(owner, { lab: 'lab' });
  const failed = await whenState(sessions.service, id, 'ready', 'failed');
  t.match(failed, { state: 'failed', reason: { code: 'REGISTRY_UNREACHABLE', message: /127\.0\.0\.1:1/ } });
  t.equal(await database.client.imagePin.count(), 0);
});
