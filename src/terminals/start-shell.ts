import type { Engine, EngineTerminal } from '../engine/engine.ts';
import { fault } from '../errors.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { RunningMachine } from '../sessions/session.ts';
import type { TakenTerminal } from './terminal-store.ts';

/** What every shell finds: colours that browsers' terminals have, and text as UTF-8. The lab's own settings come on top. */
const ENVIRONMENT = { TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8' };

/** Starts the shell that the session's lab gives the machine, at the terminal's size. @throws SHELL_NOT_STARTED, LAB_NOT_FOUND, MACHINE_NOT_FOUND */
export async function startShell(options: {
  terminal: TakenTerminal;
  machine: RunningMachine;
  catalogue: Pick<LabCatalogue, 'version'>;
  engine: Pick<Engine, 'openTerminal'>;
}): Promise<EngineTerminal> {
  const { terminal, machine, catalogue, engine } = options;
  const lab = catalogue.version(machine.labSlug, machine.labVersion);
  const described = lab.machines.find(({ name }) => name === machine.name);
  if (!described) throw fault('MACHINE_NOT_FOUND', { machine: machine.name });
  return engine.openTerminal(machine.machineId, {
    command: described.shell,
    ...(described.user !== undefined && { user: described.user }),
    environment: { ...ENVIRONMENT, ...described.environment },
    rows: terminal.rows,
    cols: terminal.cols,
  });
}
