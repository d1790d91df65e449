import { test } from 'tap';
import { addTerminal, closeTerminal, deskWith } from '../../../web/src/modules/desk/desk.ts';

const focused = { focused: false, numberOf: () => undefined };

await test('the shells that are there have their tabs again, by machine, oldest first', (t) => {
  const running = [
    { id: 'a', machine: 'web' },
    { id: 'b', machine: 'db' },
    { id: 'c', machine: 'web' },
  ];
  const desk = deskWith(running, 'web', focused);
  t.equal(desk.shown, 'web');
  t.match(desk.machines.get('web')?.tabs, [
    { number: 1, terminal: 'a' },
    { number: 2, terminal: 'c' },
  ]);
  t.match(desk.machines.get('db')?.tabs, [{ number: 1, terminal: 'b' }]);
  t.equal(deskWith(running.slice(1, 2), 'web', focused).shown, 'db', 'where there is one');
  t.end();
});

await test('a shell has the number that it had, and one that had none the first that is free', (t) => {
  const numbers = new Map([
    ['a', 3],
    ['b', 2],
    ['d', 3],
  ]);
  const running = ['a', 'b', 'c', 'd'].map((id) => ({ id, machine: 'web' }));
  const desk = deskWith(running, 'web', { focused: false, numberOf: (id) => numbers.get(id) });
  t.match(desk.machines.get('web'), {
    shown: 1,
    tabs: [
      { number: 1, terminal: 'c' },
      { number: 2, terminal: 'b' },
      { number: 3, terminal: 'a' },
      { number: 4, terminal: 'd' },
    ],
  });
  t.end();
});

await test('a shell that is opened takes no other one’s place', (t) => {
  let desk = deskWith(
    [
      { id: 'a', machine: 'web' },
      { id: 'b', machine: 'web' },
    ],
    'web',
    focused,
  );
  desk = addTerminal(closeTerminal(desk, 'web', 1), 'web');
  t.strictSame(desk.machines.get('web')?.tabs, [
    { number: 1, focused: true },
    { number: 2, focused: false, terminal: 'b' },
  ]);
  t.end();
});

await test('without any there is one new shell', (t) => {
  const desk = deskWith([], 'main', { ...focused, focused: true });
  t.strictSame(desk.machines.get('main')?.tabs, [{ number: 1, focused: true }]);
  t.end();
});
