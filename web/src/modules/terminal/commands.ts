import { INTERRUPT } from './typing.ts';

/** A command that another part of the page runs in a terminal. */
export interface Command {
  text: string;
  /** Number of the terminal, which is opened if necessary; if undefined, the one that is shown. */
  terminal: number | undefined;
  /** Name of the machine; if undefined, the one that is shown. */
  machine: string | undefined;
  /** Whether to interrupt the running program first. */
  interrupt: boolean;
}

const channel = new EventTarget();

class CommandEvent extends Event {
  readonly command: Command;
  constructor(command: Command) {
    super('command');
    this.command = command;
  }
}

/** Asks the workspace to run a command. */
export function runCommand(command: Command): void {
  channel.dispatchEvent(new CommandEvent(command));
}

/** Calls `listener` for each command to run. Returns a function that removes the listener. */
export function listenForCommands(listener: (command: Command) => void): () => void {
  const handle = (event: Event) => {
    if (event instanceof CommandEvent) listener(event.command);
  };
  channel.addEventListener('command', handle);
  return () => channel.removeEventListener('command', handle);
}

/** Returns the input that runs a command. The Enter key sends a carriage return. */
export function keysOf({ text, interrupt }: Command): string {
  return `${interrupt ? INTERRUPT : ''}${text.trimEnd()}\n`.replaceAll('\n', '\r');
}
