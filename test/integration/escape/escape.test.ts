/** What a learner may try in each profile to get out of their machine, and what stops them. */
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
/** One per profile: containers in a machine share its files and limits. */
const wholeMachines = places.slice(0, 3);

for (const place of places) {
  await t.test(place.name, async (t) => {
    await t.test('has no system call that leads out', (t) => systemCalls(t, place));
    await t.test('cannot open other sockets with 32-bit programs', (t) => olderPrograms(t, place));
    await t.test('can neither read nor change the host through kernel files', (t) => kernelFiles(t, place));
    await t.test('cannot mount anything of the host or raise a limit', (t) => mounts(t, place));
    await t.test('contains only its own things', (t) => ownMachine(t, place));
    await t.test('cannot become another user', (t) => otherUsers(t, place));
    await t.test('can access neither the host nor other sessions', (t) => network(t, place, places));
  });
}

for (const place of places) {
  await t.test(`${place.name} takes nothing away from others`, (t) => sharedLimits(t, place, neighbour));
}
for (const place of wholeMachines) {
  await t.test(`the copy for ${place.name} stays in it`, (t) => copying(t, place));
}
// Last, because they leave little to others. In parallel, because each affects its own machine.
t.jobs = wholeMachines.length;
await Promise.all(
  wholeMachines.map((place) => t.test(`${place.name} is limited to its share`, (t) => limits(t, place))),
);
