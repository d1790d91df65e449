import { INTERRUPT } from './early-input.ts';

/** A command that a click elsewhere on the page runs in a terminal. */
export interface Command {
  text: string;
  /** Number of the terminal, which is opened where it is not; the one that is shown when left out. */
  terminal: number | undefined;
  /** Name of the machine; the one that is shown when left out. */
  machine: string | undefined;
  /** Whether what runs there is interrupted first. */
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

export function runCommand(command: Command): void {
  channel.dispatchEvent(new CommandEvent(command));
}

/** Calls `listener` for each command that is to run; returns what stops it. */
export function listenForCommands(listener: (command: Command) => void): () => void {
  const handle = (event: Event) => {
    if (event instanceof CommandEvent) listener(event.command);
  };
  channel.addEventListener('command', handle);
  return () => channel.removeEventListener('command', handle);
}

/** What is typed to run it: the Enter key sends a carriage return. */
export function keysOf({ text, interrupt }: Command): string {
  return `${interrupt ? INTERRUPT : ''}${text.trimEnd()}\n`.replaceAll('\n', '\r');
}
