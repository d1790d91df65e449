/** Maximum number of characters buffered before the shell starts: more than the longest code block of a lab. */
const MAX_BUFFERED = 65_536;

/** The character that Ctrl+C sends. */
export const INTERRUPT = '\u0003';

/** Buffers input until a shell is connected. */
export function createInputBuffer() {
  let buffered = '';
  let send: ((text: string) => void) | undefined;
  return {
    input(text: string) {
      if (send) send(text);
      // Without a shell, Ctrl+C would interrupt the command that follows it in the buffer.
      else buffered = (buffered + text.replaceAll(INTERRUPT, '')).slice(0, MAX_BUFFERED);
    },
    /** Sends the buffered input to a shell, and all input after it. */
    connect(shell: (text: string) => void) {
      send = shell;
      if (buffered) shell(buffered);
      buffered = '';
    },
    /** Buffers input again, for the next shell. */
    disconnect() {
      send = undefined;
    },
  };
}

/** A terminal tab of the page. Its shell can change. */
export interface TerminalTab {
  sessionId: string;
  machine: string;
  number: number;
}

/** The input of each tab, also of tabs that are not open yet. */
const inputs = new Map<string, ReturnType<typeof createInputBuffer>>();

/** Types `text` into a tab as soon as it has a shell. */
export function typeInto(tab: TerminalTab, text: string): void {
  inputOf(tab).input(text);
}

/** Calls `send` for the buffered and all later input of a tab. Returns a function that stops it. */
export function connectTyping(tab: TerminalTab, send: (text: string) => void): () => void {
  const input = inputOf(tab);
  input.connect(send);
  return () => input.disconnect();
}

function inputOf({ sessionId, machine, number }: TerminalTab) {
  const key = `${sessionId} ${machine} ${number}`;
  const input = inputs.get(key) ?? createInputBuffer();
  inputs.set(key, input);
  return input;
}
