import type { Actor } from '../identity/actor.ts';
import type { CredentialWatch } from '../identity/credential-watch.ts';
import type { AttachedTerminal } from './terminal.ts';

/** Has a viewer go when the credential that let them in ends. Their shell goes on for other viewers, and for them with another one. */
export function endingWith(
  credentials: Pick<CredentialWatch, 'watch'>,
  opener: Actor,
  attached: AttachedTerminal,
): AttachedTerminal {
  let stopWatching: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    // A role is looked at beside this, by the machine that its user is in.
    stopWatching = credentials.watch(opener, reject, { withRole: false });
  });
  const over = Promise.race([attached.over, ended]);
  // Its viewer may have gone before anybody waits for it.
  over.catch(() => undefined);
  return {
    ...attached,
    over,
    detach(taken) {
      stopWatching?.();
      attached.detach(taken);
    },
  };
}
