import { connectTerminal } from 'berth-terminal-client/connect-terminal';
import type { Admission, TerminalConnection } from 'berth-terminal-client/connect-terminal';
import type { Hello, TerminalViewer } from 'berth-terminal-client/frames';
import type { TerminalEnd, TerminalEvents } from 'berth-terminal-client/terminal-events';
import { translateMessage } from '../api/service-message.ts';
import { textsNow } from '../language/language.ts';
import { terminalTexts } from './texts.ts';

/** Time for which a viewer counts as typing, in milliseconds. The service reports typing once a second. */
const TYPING_MS = 2_000;

export interface Follower extends Pick<
  TerminalEvents,
  'onOutput' | 'onReset' | 'onHello' | 'onSize' | 'onViewers' | 'onInputTaken'
> {
  attach(terminal: string | undefined): Promise<Admission>;
  /** Id of an open terminal; undefined for a new one. */
  terminal: string | undefined;
  /** Called when the shell accepts input. */
  onOpen(): void;
  onStatus(status: TerminalStatus): void;
  /** Called with a message for the user when the shell has ended or could not start. */
  onEnd(message: string): void;
}

/** Keeps a terminal connected while it is on the page, also across restarts of the service. */
export function followTerminal(follower: Follower): TerminalConnection {
  const { attach, terminal, onOutput, onReset, onHello, onSize, onInputTaken } = follower;
  let status = unknownStatus;
  let typing: ReturnType<typeof setTimeout> | undefined;

  function update(change: Partial<TerminalStatus>): void {
    status = { ...status, ...change };
    follower.onStatus(status);
  }

  const connection = connectTerminal({
    attach,
    ...(terminal !== undefined && { terminal }),
    onOutput,
    ...(onReset && { onReset }),
    ...(onSize && { onSize }),
    ...(onInputTaken && { onInputTaken }),
    onHello(hello) {
      update({ durable: hello.durable, recorded: hello.recorded });
      onHello?.(hello);
    },
    onState(state) {
      if (state === 'open') follower.onOpen();
      if (state === 'open') update({ reconnecting: false, inputDropped: false });
      // Without a connection, the other viewers are unknown.
      if (state === 'reconnecting') update({ reconnecting: true, others: [], typing: undefined });
    },
    onViewers(viewers) {
      update({ others: viewers.filter(({ you }) => !you) });
      follower.onViewers?.(viewers);
    },
    onTyping({ name }) {
      clearTimeout(typing);
      typing = setTimeout(() => update({ typing: undefined }), TYPING_MS);
      update({ typing: name });
    },
    onInputDropped: () => update({ inputDropped: true }),
    onEnd(end) {
      stopRetrying();
      follower.onEnd(endText(end));
    },
  });

  const retry = () => {
    if (!document.hidden) connection.retry();
  };
  globalThis.addEventListener('online', retry);
  document.addEventListener('visibilitychange', retry);
  function stopRetrying(): void {
    clearTimeout(typing);
    globalThis.removeEventListener('online', retry);
    document.removeEventListener('visibilitychange', retry);
  }

  return {
    ...connection,
    get state() {
      return connection.state;
    },
    get waiting() {
      return connection.waiting;
    },
    close() {
      stopRetrying();
      connection.close();
    },
  };
}

function endText(end: TerminalEnd): string {
  const texts = textsNow(terminalTexts);
  if (end.why === 'exited') return texts.ended(end.exitCode);
  return end.why === 'refused' ? translateMessage(end) : texts.lost;
}

/** What is recorded: only output, or also input. */
export type Recorded = NonNullable<Hello['recorded']>;

/** The state of a terminal that is shown next to its screen. */
export interface TerminalStatus {
  /** Whether the connection is lost and being restored. */
  reconnecting: boolean;
  /** Whether some input was lost while disconnected. */
  inputDropped: boolean;
  /** Whether the shell survives a restart of the service; undefined until that is known. */
  durable: boolean | undefined;
  /** Undefined if nothing is recorded. */
  recorded: Recorded | undefined;
  /** The other viewers. */
  others: readonly TerminalViewer[];
  /** Name of the viewer who is typing. */
  typing: string | undefined;
}

export const unknownStatus: TerminalStatus = {
  reconnecting: false,
  inputDropped: false,
  durable: undefined,
  recorded: undefined,
  others: [],
  typing: undefined,
};
