import { deferred } from '../../../core/deferred.ts';

/** Messages that the launcher prints before the command's own output. */
const LISTENING = 'listening\n';
const CONNECTED = 'connected\n';
const BOTH = LISTENING + CONNECTED;

/** Reads the messages that the launcher prints before it executes the command. Ignores any other output. */
export function createCarrierWords() {
  const listening = deferred<boolean>();
  const connected = deferred<boolean>();
  let heard = '';
  return {
    /** Resolves with true when the launcher accepts connections. */
    listening: listening.promise,
    /** Resolves with true when it has accepted this process's token. */
    connected: connected.promise,
    add(bytes: Buffer): void {
      if (heard.length >= BOTH.length) return;
      heard += bytes.toString('latin1', 0, BOTH.length);
      if (heard.startsWith(LISTENING)) listening.resolve(true);
      if (heard.startsWith(BOTH)) connected.resolve(true);
    },
    /** Returns the command's own output without the launcher's messages. */
    without: (printed: Buffer) => printed.subarray(BOTH.length),
  };
}
