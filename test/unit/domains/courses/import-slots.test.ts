import t from 'tap';
import { createImportSlots } from '../../../../src/domains/courses/import-slots.ts';

await t.test('a user imports one roster at a time, and few users import at once', async (t) => {
  const slots = createImportSlots(2);
  const ends = new Map<string, () => void>();
  const started: string[] = [];
  const run = (user: string) =>
    slots.run(
      user,
      () =>
        new Promise<void>((resolve) => {
          started.push(user);
          ends.set(user, resolve);
        }),
    );
  const ada = run('ada');
  const all = [ada, run('bo'), run('cy')];
  await t.rejects(run('ada'), { code: 'RATE_LIMITED', details: { seconds: 10 } });
  await t.rejects(run('cy'), { code: 'RATE_LIMITED' }, 'also while the first one waits');
  t.same(started, ['ada', 'bo']);
  ends.get('ada')?.();
  await ada;
  all.push(run('ada'));
  while (started.length < 3) await new Promise((resolve) => setImmediate(resolve));
  t.equal(started[2], 'cy', 'the one who waited longest');
  for (let ended = 0; ended < 3; ended++) {
    for (const end of ends.values()) end();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(all);
  t.same(started, ['ada', 'bo', 'cy', 'ada']);
});

await t.test('a failed import frees its slot', async (t) => {
  const slots = createImportSlots(1);
  const fail = () => slots.run('ada', async () => Promise.reject(new Error('broken')));
  await t.rejects(fail(), /broken/);
  await t.rejects(fail(), /broken/);
});
