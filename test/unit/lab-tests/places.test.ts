import t from 'tap';
import { createPlaces } from '../../../src/lab-tests/places.ts';

await t.test('so many work at a time, the others in their order, whether or not one fails', async (t) => {
  const inPlace = createPlaces(2);
  const log: string[] = [];
  let running = 0;
  const work = (name: string) =>
    inPlace(async () => {
      running++;
      log.push(`${name} of ${running}`);
      await new Promise(setImmediate);
      running--;
      if (name === 'b') throw new Error('b');
      return name;
    });
  const ends = await Promise.allSettled(['a', 'b', 'c', 'd'].map(work));
  t.same(
    ends.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  );
  t.same(
    log.map((line) => line[0]),
    ['a', 'b', 'c', 'd'],
  );
  t.ok(log.every((line) => Number(line.at(-1)) <= 2));
  t.ok(log.some((line) => line.endsWith('2')));
});
