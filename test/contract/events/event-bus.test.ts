import { setTimeout } from 'node:timers/promises';
import { test } from 'tap';
import { eachBus } from '../../kit/database/buses.ts';

/** Long enough for an event to arrive by the wrong path, in milliseconds. */
const MOMENT = 60;

await test('an event bus', async (t) => {
  await eachBus(t, 'notifies all listeners of the topic, in order, and no others', async (t, bus) => {
    const received: unknown[] = [];
    bus.listen('user.changed', ({ userId }) => received.push(['one', userId]));
    bus.listen('user.changed', ({ userId }) => received.push(['two', userId]));
    bus.listen('check.finished', () => received.push('wrong topic'));
    await bus.publish('user.changed', { userId: 'ann' });
    await bus.publish('user.changed', { userId: 'bob' });
    await setTimeout(MOMENT);
    t.strictSame(received, [
      ['one', 'ann'],
      ['two', 'ann'],
      ['one', 'bob'],
      ['two', 'bob'],
    ]);
  });

  await eachBus(t, 'notifies each listener once, and not after it is stopped', async (t, bus) => {
    let calls = 0;
    const listener = () => void calls++;
    const stopOne = bus.listen('user.changed', listener);
    bus.listen('user.changed', listener);
    await bus.publish('user.changed', { userId: 'ann' });
    await setTimeout(MOMENT);
    t.equal(calls, 2, 'a function given twice counts as two listeners');
    stopOne();
    stopOne();
    await bus.publish('user.changed', { userId: 'ann' });
    await setTimeout(MOMENT);
    t.equal(calls, 3);
  });

  await eachBus(t, 'does not call a listener while it publishes', async (t, bus) => {
    const order: string[] = [];
    bus.listen('user.changed', ({ userId }) => {
      order.push(`begin ${userId}`);
      if (userId === 'ann') void bus.publish('user.changed', { userId: 'bob' });
      order.push(`end ${userId}`);
    });
    await bus.publish('user.changed', { userId: 'ann' });
    await setTimeout(MOMENT);
    t.strictSame(order, ['begin ann', 'end ann', 'begin bob', 'end bob']);
  });

  await eachBus(t, 'logs what a listener throws, and continues', async (t, bus, log) => {
    const received: string[] = [];
    bus.listen('user.changed', () => {
      throw new Error('no');
    });
    // Plain JavaScript or a careless cast may pass such a listener.
    const late = (() => Promise.reject(new Error('later'))) as () => void;
    bus.listen('user.changed', late);
    bus.listen('user.changed', ({ userId }) => received.push(userId));
    await bus.publish('user.changed', { userId: 'ann' });
    await bus.publish('user.changed', { userId: 'bob' });
    await setTimeout(MOMENT);
    t.strictSame(received, ['ann', 'bob']);
    t.strictSame(log.messages(), Array(4).fill('error: contained an exception'));
  });

  await eachBus(t, 'is healthy until it is closed, and then rejects events', async (t, bus) => {
    const received: string[] = [];
    bus.listen('user.changed', ({ userId }) => received.push(userId));
    t.equal(bus.healthy(), true);
    await bus.close();
    await bus.close();
    t.equal(bus.healthy(), false);
    await t.rejects(bus.publish('user.changed', { userId: 'ann' }), { code: 'EVENTS_CLOSED' });
    t.throws(() => bus.listen('user.changed', () => {}), { code: 'EVENTS_CLOSED' });
    t.strictSame(received, []);
  });
});
