import { connectTerminal } from 'berth-terminal-client/connect-terminal';
import type { Admission, TerminalConnection } from 'berth-terminal-client/connect-terminal';
import type { TerminalEnd, TerminalEvents } from 'berth-terminal-client/terminal-events';
import { translateMessage } from '../api/service-message.ts';
import { textsNow } from '../language/language.ts';
import { unknownStatus } from './terminal-status.ts';
import type { TerminalStatus } from './terminal-status.ts';
import { terminalTexts } from './texts.ts';

/** How long somebody is said to be typing after a key, in milliseconds: they are told of once a second. */
const TYPING_MS = 2_000;

export interface Follower extends Pick<
  TerminalEvents,
  'onOutput' | 'onReset' | 'onHello' | 'onSize' | 'onViewers' | 'onInputTaken'
> {
  attach(terminal: string | undefined): Promise<Admission>;
  /** A terminal that is there already. */
  terminal: string | undefined;
  /** What is typed goes to the shell from now on. */
  onOpen(): void;
  onStatus(status: TerminalStatus): void;
  /** The shell has ended, or never began: what to tell. */
  onEnd(message: string): void;
}

/** Connects to a terminal for as long as it is on the page, also across a restart of the service. */
export function followTerminal(follower: Follower): TerminalConnection {
  const { attach, terminal, onOutput, onReset, onHello, onSize, onInputTaken } = follower;
  let status = unknownStatus;
  let typing: ReturnType<typeof setTimeout> | undefined;

  function tell(change: Partial<TerminalStatus>): void {
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
      tell({ durable: hello.durable, recorded: hello.recorded });
      onHello?.(hello);
    },
    onState(state) {
      if (state === 'open') follower.onOpen();
      if (state === 'open') tell({ reconnecting: false, inputDropped: false });
      // Who is there meanwhile is not known.
      if (state === 'reconnecting') tell({ reconnecting: true, others: [], typing: undefined });
    },
    onViewers(viewers) {
      tell({ others: viewers.filter(({ you }) => !you) });
      follower.onViewers?.(viewers);
    },
    onTyping({ name }) {
      clearTimeout(typing);
      typing = setTimeout(() => tell({ typing: undefined }), TYPING_MS);
      tell({ typing: name });
    },
    onInputDropped: () => tell({ inputDropped: true }),
    onEnd(end) {
      stopLooking();
      follower.onEnd(endText(end));
    },
  });

  const retry = () => {
    if (!document.hidden) connection.retry();
  };
  globalThis.addEventListener('online', retry);
  document.addEventListener('visibilitychange', retry);
  function stopLooking(): void {
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
      stopLooking();
      connection.close();
    },
  };
}

function endText(end: TerminalEnd): string {
  const texts = textsNow(terminalTexts);
  if (end.why === 'exited') return texts.ended(end.exitCode);
  return end.why === 'refused' ? translateMessage(end) : texts.lost;
}
