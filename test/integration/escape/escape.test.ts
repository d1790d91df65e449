/** What a learner may try in each profile to get out of their machine, and what keeps them in. */
import t from 'tap';
import { copying } from './copying.ts';
import { kernelFiles } from './kernel-files.ts';
import { limits } from './limits.ts';
import { mounts } from './mounts.ts';
import { network } from './network.ts';
import { otherUsers, ownMachine } from './own-machine.ts';
import { openPlaces } from './places.ts';
import { sharedLimits } from './shared-limits.ts';
import { olderPrograms, systemCalls } from './system-calls.ts';

t.setTimeout(300_000);
const { places, neighbour } = await openPlaces(t);
/** One of each profile; what is in a machine shares its files and its limits. */
const wholeMachines = places.slice(0, 3);

for (const place of places) {
  await t.test(place.name, async (t) => {
    await t.test('has no call of the kernel that leads out', (t) => systemCalls(t, place));
    await t.test('has no other sockets by programs of 32 bits', (t) => olderPrograms(t, place));
    await t.test('neither changes the host by files of the kernel nor reads it', (t) =>
      kernelFiles(t, place),
    );
    await t.test('mounts nothing of the host, and raises no limit', (t) => mounts(t, place));
    await t.test('has nothing in it that is not its own', (t) => ownMachine(t, place));
    await t.test('makes nobody another user', (t) => otherUsers(t, place));
    await t.test('reaches neither the host nor other sessions', (t) => network(t, place, places));
  });
}

for (const place of places) {
  await t.test(`${place.name} takes nothing away from others`, (t) => sharedLimits(t, place, neighbour));
}
for (const place of wholeMachines) {
  await t.test(`what is copied for ${place.name} stays in it`, (t) => copying(t, place));
}
// The last, since they leave little to others, and side by side: each is about its own machine.
t.jobs = wholeMachines.length;
await Promise.all(
  wholeMachines.map((place) => t.test(`${place.name} has its share and no more`, (t) => limits(t, place))),
);
