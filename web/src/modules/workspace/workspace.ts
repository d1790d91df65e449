/** The terminals and file panels that the learner has open. One machine is shown at a time. */
export interface Workspace {
  /** Name of the machine that is shown. */
  shownMachine: string;
  /** By machine name, in the order of opening. Hidden machines keep their state. */
  machines: ReadonlyMap<string, OpenMachine>;
}

/** The open terminals and file panel of one machine. */
export interface OpenMachine {
  /** Sorted by number. */
  tabs: readonly TerminalTab[];
  /** Number of the tab that is shown; 0 if all are closed. */
  shownTerminal: number;
  /** An opened panel is only hidden, never removed, so that its uploads continue. */
  files: 'unopened' | 'shown' | 'hidden';
}

export interface TerminalTab {
  number: number;
  /** Whether the terminal takes the focus as soon as it opens. */
  focused: boolean;
  /** Id of the terminal, if it was already open when the page loaded. */
  terminal?: string;
}

/** Creates a workspace with one new terminal on `machine`. */
function newWorkspace(machine: string, { focused }: { focused: boolean }): Workspace {
  return { shownMachine: machine, machines: new Map([[machine, newMachine(1, focused)]]) };
}

/**
 * Creates a workspace with the terminals that are already open, oldest first. Each keeps its previous tab number if
 * that is free, or else gets the lowest free one. If no terminal is open, the workspace has one new terminal.
 */
export function restoreWorkspace(
  running: readonly { id: string; machine: string }[],
  machine: string,
  previous: { focused: boolean; numberOf: (terminal: string) => number | undefined },
): Workspace {
  const [oldest] = running;
  if (!oldest) return newWorkspace(machine, previous);
  const machines = new Map<string, OpenMachine>();
  for (const { machine: name } of running)
    machines.set(name, { tabs: [], shownTerminal: 1, files: 'unopened' });
  for (const [name, open] of machines) {
    const terminals = running.filter((terminal) => terminal.machine === name).map(({ id }) => id);
    const tabs = assignNumbers(terminals, previous.numberOf).map((tab) => ({
      ...tab,
      focused: previous.focused,
    }));
    machines.set(name, { ...open, tabs, shownTerminal: tabs[0]?.number ?? 0 });
  }
  return { shownMachine: machines.has(machine) ? machine : oldest.machine, machines };
}

function assignNumbers(terminals: readonly string[], numberOf: (terminal: string) => number | undefined) {
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

/** Shows a machine. A machine that was not open yet gets its first terminal. */
export function showMachine(workspace: Workspace, machine: string): Workspace {
  return { ...change(workspace, machine, (open) => open), shownMachine: machine };
}

/** Shows the terminal with this number, and opens it if necessary. */
export function showTerminal(workspace: Workspace, machine: string, number: number): Workspace {
  if (!workspace.machines.has(machine)) return replaceMachine(workspace, machine, newMachine(number, true));
  return change(workspace, machine, (open) => {
    if (open.tabs.some((tab) => tab.number === number)) return { ...open, shownTerminal: number };
    const tabs = [...open.tabs, { number, focused: true }];
    return { ...open, tabs: tabs.toSorted((a, b) => a.number - b.number), shownTerminal: number };
  });
}

/** Opens another terminal on a machine, with the lowest free number. */
export function addTerminal(workspace: Workspace, machine: string): Workspace {
  const taken = new Set(workspace.machines.get(machine)?.tabs.map(({ number }) => number));
  return showTerminal(workspace, machine, firstFree(taken));
}

export function closeTerminal(workspace: Workspace, machine: string, number: number): Workspace {
  return change(workspace, machine, (open) => {
    const tabs = open.tabs.filter((tab) => tab.number !== number);
    return {
      ...open,
      tabs,
      shownTerminal: open.shownTerminal === number ? (tabs.at(-1)?.number ?? 0) : open.shownTerminal,
    };
  });
}

export function showFiles(workspace: Workspace, machine: string, shown: boolean): Workspace {
  return change(workspace, machine, (open) => ({ ...open, files: shown ? 'shown' : 'hidden' }));
}

function newMachine(number: number, focused: boolean): OpenMachine {
  return { tabs: [{ number, focused }], shownTerminal: number, files: 'unopened' };
}

function change(
  workspace: Workspace,
  machine: string,
  update: (open: OpenMachine) => OpenMachine,
): Workspace {
  return replaceMachine(workspace, machine, update(workspace.machines.get(machine) ?? newMachine(1, false)));
}

function replaceMachine(workspace: Workspace, machine: string, open: OpenMachine): Workspace {
  return { ...workspace, machines: new Map(workspace.machines).set(machine, open) };
}
