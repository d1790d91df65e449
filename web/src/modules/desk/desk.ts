/** What the learner has open of a session's machines, of which one is shown at a time. */
export interface Desk {
  /** Name of the machine that is shown. */
  shown: string;
  /** By name, in the order in which they were opened; those behind stay as they are. */
  machines: ReadonlyMap<string, OpenMachine>;
}

/** What is open of a machine. */
export interface OpenMachine {
  /** By number. */
  tabs: readonly TerminalTab[];
  /** Number of the tab that is shown; 0 where all are closed. */
  shown: number;
  /** Hidden rather than gone once it was opened: uploads go on. */
  files: 'unopened' | 'shown' | 'hidden';
}

export interface TerminalTab {
  number: number;
  /** Whether what is typed goes to it as soon as it is there. */
  focused: boolean;
  /** Its shell, where that was there before the page. */
  terminal?: string;
}

/** With one terminal of this machine. */
export function newDesk(machine: string, { focused }: { focused: boolean }): Desk {
  return { shown: machine, machines: new Map([[machine, newMachine(1, focused)]]) };
}

/**
 * With the shells that are there already, by the numbers that they have had, or else the first that are free,
 * oldest first; with a new one where there are none.
 */
export function deskWith(
  running: readonly { id: string; machine: string }[],
  machine: string,
  had: { focused: boolean; numberOf: (terminal: string) => number | undefined },
): Desk {
  const [oldest] = running;
  if (!oldest) return newDesk(machine, had);
  const machines = new Map<string, OpenMachine>();
  for (const { machine: name } of running) machines.set(name, { tabs: [], shown: 1, files: 'unopened' });
  for (const [name, open] of machines) {
    const terminals = running.filter((terminal) => terminal.machine === name).map(({ id }) => id);
    const tabs = numbered(terminals, had.numberOf).map((tab) => ({ ...tab, focused: had.focused }));
    machines.set(name, { ...open, tabs, shown: tabs[0]?.number ?? 0 });
  }
  return { shown: machines.has(machine) ? machine : oldest.machine, machines };
}

function numbered(terminals: readonly string[], numberOf: (terminal: string) => number | undefined) {
  const taken = new Map<number, string>();
  const others = [];
  for (const terminal of terminals) {
    const number = numberOf(terminal);
    if (number === undefined || taken.has(number)) others.push(terminal);
    else taken.set(number, terminal);
  }
  for (const terminal of others) taken.set(firstFree(taken), terminal);
  return [...taken]
    .map(([number, terminal]) => ({ number, terminal }))
    .toSorted((a, b) => a.number - b.number);
}

function firstFree(taken: { has: (number: number) => boolean }): number {
  let number = 1;
  while (taken.has(number)) number += 1;
  return number;
}

/** Shows a machine; one that was not open yet gets its first terminal. */
export function showMachine(desk: Desk, machine: string): Desk {
  return { ...change(desk, machine, (open) => open), shown: machine };
}

/** Shows a machine's terminal of this number, and opens it where it is not. */
export function showTerminal(desk: Desk, machine: string, number: number): Desk {
  if (!desk.machines.has(machine)) return put(desk, machine, newMachine(number, true));
  return change(desk, machine, (open) => {
    if (open.tabs.some((tab) => tab.number === number)) return { ...open, shown: number };
    const tabs = [...open.tabs, { number, focused: true }];
    return { ...open, tabs: tabs.toSorted((a, b) => a.number - b.number), shown: number };
  });
}

/** Opens another terminal of a machine, by the first number that is free. */
export function addTerminal(desk: Desk, machine: string): Desk {
  const taken = new Set(desk.machines.get(machine)?.tabs.map(({ number }) => number));
  return showTerminal(desk, machine, firstFree(taken));
}

export function closeTerminal(desk: Desk, machine: string, number: number): Desk {
  return change(desk, machine, (open) => {
    const tabs = open.tabs.filter((tab) => tab.number !== number);
    return { ...open, tabs, shown: open.shown === number ? (tabs.at(-1)?.number ?? 0) : open.shown };
  });
}

export function showFiles(desk: Desk, machine: string, shown: boolean): Desk {
  return change(desk, machine, (open) => ({ ...open, files: shown ? 'shown' : 'hidden' }));
}

function newMachine(number: number, focused: boolean): OpenMachine {
  return { tabs: [{ number, focused }], shown: number, files: 'unopened' };
}

function change(desk: Desk, machine: string, how: (open: OpenMachine) => OpenMachine): Desk {
  return put(desk, machine, how(desk.machines.get(machine) ?? newMachine(1, false)));
}

function put(desk: Desk, machine: string, open: OpenMachine): Desk {
  return { ...desk, machines: new Map(desk.machines).set(machine, open) };
}
