import type { Engine } from '../../engine/engine.ts';
import type { EngineTerminal, TerminalSpec } from '../../engine/engine-terminals.ts';
import { fault } from '../../core/errors.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import { shellOf } from '../labs/machine-shell.ts';
import type { RunningMachine } from '../sessions/session.ts';
import type { TerminalSize } from './terminal.ts';

/**
 * Starts the shell that the session's lab gives the machine, at the terminal's size. `note` is called before it begins.
 * @throws SHELL_NOT_STARTED, LAB_NOT_FOUND, MACHINE_NOT_FOUND, and what `note` throws
 */
export async function startShell(options: {
  size: TerminalSize;
  machine: RunningMachine;
  catalogue: Pick<LabCatalogue, 'version'>;
  engine: Pick<Engine, 'openTerminal'>;
  note: NonNullable<TerminalSpec['note']>;
}): Promise<EngineTerminal> {
  const { size, machine, catalogue, engine, note } = options;
  const lab = catalogue.version(machine.labSlug, machine.labVersion);
  const described = lab.machines.find(({ name }) => name === machine.name);
  if (!described) throw fault('MACHINE_NOT_FOUND', { machine: machine.name });
  const { rows, cols } = size;
  return engine.openTerminal(machine.machineId, { ...shellOf(described), rows, cols, note });
}
