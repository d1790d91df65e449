import { test } from 'tap';
import { createIntake } from '../../../../../src/engine/docker/exec/intake.ts';

/** An intake, and how often its giver was told that it may go on. */
function open() {
  const told = { empty: 0 };
  return { intake: createIntake(() => (told.empty += 1)), told };
}

await test('a reader that waits gets what comes, which is then gone', async (t) => {
  const { intake, told } = open();
  const memory = Buffer.alloc(10);
  const reading = intake.read(memory);
  intake.add(Buffer.from('abc'));
  intake.add(Buffer.from('de'));
  t.ok(intake.hand(), 'its memory is free');
  t.equal(await reading, 5);
  t.equal(memory.toString('utf8', 0, 5), 'abcde');
  t.equal(told.empty, 0, 'nobody was held back');
});

await test('what nobody waits for lies until it is read, over the edges of pieces', async (t) => {
  const { intake, told } = open();
  intake.add(Buffer.from('abc'));
  intake.add(Buffer.from('defg'));
  t.notOk(intake.hand());
  const memory = Buffer.alloc(5);
  t.equal(await intake.read(memory), 5);
  t.equal(memory.toString(), 'abcde');
  t.equal(told.empty, 0);
  t.equal(await intake.read(memory), 2);
  t.equal(memory.toString('utf8', 0, 2), 'fg');
  t.equal(told.empty, 1, 'more may come');
});

await test('its end comes after all that is there, and again', async (t) => {
  const { intake } = open();
  intake.add(Buffer.from('abc'));
  intake.end();
  t.equal(await intake.read(Buffer.alloc(2)), 2);
  t.equal(await intake.read(Buffer.alloc(2)), 1);
  t.equal(await intake.read(Buffer.alloc(2)), 0);
  t.equal(await intake.read(Buffer.alloc(2)), 0);
});

await test('so does a failure, and a reader that waits hears of either', async (t) => {
  const { intake } = open();
  intake.add(Buffer.from('abc'));
  intake.end(new Error('broken'));
  t.equal(await intake.read(Buffer.alloc(5)), 3);
  await t.rejects(intake.read(Buffer.alloc(5)), { message: 'broken' });
  const { intake: ended } = open();
  const reading = ended.read(Buffer.alloc(5));
  ended.end();
  t.equal(await reading, 0);
});

await test('what is dropped is gone, and more of it is not kept', async (t) => {
  const { intake } = open();
  intake.add(Buffer.from('abc'));
  intake.drop(new Error('dropped'));
  await t.rejects(intake.read(Buffer.alloc(5)), { message: 'dropped' });
  intake.add(Buffer.from('def'));
  t.ok(intake.hand(), 'its memory is free');
  await t.rejects(intake.read(Buffer.alloc(5)), { message: 'dropped' });
});
