import { deferred } from '../../../core/deferred.ts';

/** What a carrier prints before its command does. */
const LISTENING = 'listening\n';
const CONNECTED = 'connected\n';
const BOTH = LISTENING + CONNECTED;

/** Hears what a carrier says on its way to become its command. What says something else says neither. */
export function createCarrierWords() {
  const listening = deferred<boolean>();
  const connected = deferred<boolean>();
  let heard = '';
  return {
    /** Resolves with true when it can be connected to. */
    listening: listening.promise,
    /** Resolves with true when it knows who has. */
    connected: connected.promise,
    add(bytes: Buffer): void {
      if (heard.length >= BOTH.length) return;
      heard += bytes.toString('latin1', 0, BOTH.length);
      if (heard.startsWith(LISTENING)) listening.resolve(true);
      if (heard.startsWith(BOTH)) connected.resolve(true);
    },
    /** What the command itself printed, of all that was. */
    without: (printed: Buffer) => printed.subarray(BOTH.length),
  };
}
