import type { Engine, EngineTerminal } from '../engine/engine.ts';
import { fault } from '../errors.ts';
import type { Lab } from '../labs/lab.ts';
import type { RunningMachine } from '../sessions/session.ts';
import type { TakenTerminal } from './terminal-store.ts';

/** What every shell finds: colours that browsers' terminals have, and text as UTF-8. The lab's own settings come on top. */
const ENVIRONMENT = { TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8' };

/** Starts the shell that the session's lab gives the machine, at the terminal's size. @throws SHELL_NOT_STARTED, LAB_NOT_FOUND */
export async function startShell(options: {
  terminal: TakenTerminal;
  machine: RunningMachine;
  labs: { version(slug: string, version: string): Lab | undefined };
  engine: Pick<Engine, 'openTerminal'>;
}): Promise<EngineTerminal> {
  const { terminal, machine, labs, engine } = options;
  const lab = labs.version(machine.labSlug, machine.labVersion);
  const described = lab?.machines.find(({ name }) => name === machine.name);
  if (!described) throw fault('LAB_NOT_FOUND', { lab: machine.labSlug });
  return engine.openTerminal(machine.machineId, {
    command: described.shell,
    ...(described.user !== undefined && { user: described.user }),
    environment: { ...ENVIRONMENT, ...described.environment },
    rows: terminal.rows,
    cols: terminal.cols,
  });
}
