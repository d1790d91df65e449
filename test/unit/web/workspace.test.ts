import { test } from 'tap';
import {
  addTerminal,
  closeTerminal,
  restoreWorkspace,
} from '../../../web/src/modules/workspace/workspace.ts';

const focused = { focused: false, numberOf: () => undefined };

await test('open terminals get tabs by machine, oldest first', (t) => {
  const running = [
    { id: 'a', machine: 'web' },
    { id: 'b', machine: 'db' },
    { id: 'c', machine: 'web' },
  ];
  const workspace = restoreWorkspace(running, 'web', focused);
  t.equal(workspace.shownMachine, 'web');
  t.match(workspace.machines.get('web')?.tabs, [
    { number: 1, terminal: 'a' },
    { number: 2, terminal: 'c' },
  ]);
  t.match(workspace.machines.get('db')?.tabs, [{ number: 1, terminal: 'b' }]);
  t.equal(
    restoreWorkspace(running.slice(1, 2), 'web', focused).shownMachine,
    'db',
    'a machine that has a terminal is shown',
  );
  t.end();
});

await test('a terminal keeps its tab number, and others get the lowest free ones', (t) => {
  const numbers = new Map([
    ['a', 3],
    ['b', 2],
    ['d', 3],
  ]);
  const running = ['a', 'b', 'c', 'd'].map((id) => ({ id, machine: 'web' }));
  const workspace = restoreWorkspace(running, 'web', { focused: false, numberOf: (id) => numbers.get(id) });
  t.match(workspace.machines.get('web'), {
    shownTerminal: 1,
    tabs: [
      { number: 1, terminal: 'c' },
      { number: 2, terminal: 'b' },
      { number: 3, terminal: 'a' },
      { number: 4, terminal: 'd' },
    ],
  });
  t.end();
});

await test('a new terminal does not replace an open one', (t) => {
  let workspace = restoreWorkspace(
    [
      { id: 'a', machine: 'web' },
      { id: 'b', machine: 'web' },
    ],
    'web',
    focused,
  );
  workspace = addTerminal(closeTerminal(workspace, 'web', 1), 'web');
  t.strictSame(workspace.machines.get('web')?.tabs, [
    { number: 1, focused: true },
    { number: 2, focused: false, terminal: 'b' },
  ]);
  t.end();
});

await test('without open terminals the workspace has one new terminal', (t) => {
  const workspace = restoreWorkspace([], 'main', { ...focused, focused: true });
  t.strictSame(workspace.machines.get('main')?.tabs, [{ number: 1, focused: true }]);
  t.end();
});
