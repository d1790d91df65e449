import { fault } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Actor } from '../identity/actor.ts';
import type { CredentialWatch } from '../identity/credential-watch.ts';
import type { LiveTerminal } from './live-terminal.ts';
import { requireTerminalSize } from './terminal.ts';
import type {
  AttachedTerminal,
  AttachRequest,
  OutputStart,
  TerminalSize,
  Viewer,
  ViewerOver,
} from './terminal.ts';
import type { Snapshots } from './snapshots/snapshots.ts';

/** Marks a snapshot in which a program draws the whole screen and redraws it on request. */
const ALTERNATE_SCREEN = '\u001B[?1049h';

/**
 * Attaches a viewer to a terminal, and returns the output that the viewer lacks. A client that attaches again replaces
 * its previous connection.
 *
 * @throws TICKET_INVALID if the viewer may no longer enter the machine, VIEWER_LIMIT if the terminal has too many viewers
 */
export async function attachViewer(options: {
  terminalId: string;
  learnerId: string;
  live: LiveTerminal;
  viewer: Viewer;
  request: Pick<AttachRequest, 'from' | 'client'>;
  snapshots: Pick<Snapshots, 'take'>;
  /** Returns whether the viewer may still enter the machine. */
  mayStay: () => Promise<boolean>;
  log: Log;
}): Promise<AttachedTerminal> {
  const { terminalId, learnerId, live, viewer, request, snapshots, mayStay, log } = options;
  const { from, client } = request;
  /** Under this key, the terminal counts the input of the client. */
  const inputKey = client && `${viewer.userId} ${client.id}`;
  // Close the client's previous connection: the server may not have noticed yet that it is broken.
  if (client) live.viewers.drop(({ id, userId }) => id === viewer.id && userId === viewer.userId);
  // Without this wait, a client that reconnects right after a restart would have a larger offset than the end of the buffer.
  await live.caughtUp;
  let drop: (() => void) | undefined;
  const dropped = new Promise<ViewerOver>((resolve) => (drop = () => resolve('dropped')));
  // The shell stays paused during this work: its new output could overflow the buffer.
  const { registration, start } = await live.pauseDuring(async () => {
    const start = await startOf(live, from, (...screen) => snapshots.take(learnerId, ...screen));
    const registration = live.viewers.join(viewer, () => drop?.());
    // Access may have changed during serialization, when there was no viewer to drop yet.
    try {
      if (!(await mayStay())) throw fault('TICKET_INVALID');
    } catch (error) {
      registration.leave();
      throw error;
    }
    return { registration, start };
  });
  const output = live.output;
  if (viewer.role === 'owner' && start.snapshot?.includes(ALTERNATE_SCREEN)) {
    live
      .redraw()
      .catch((error: unknown) => log.warn({ err: error, terminalId }, 'redrawing a screen failed'));
  }

  return {
    terminalId,
    viewer,
    durable: live.durable,
    size: live.size,
    recorded: live.recorded,
    start,
    typed: inputKey === undefined ? undefined : live.inputCounts.register(inputKey, client?.typed ?? 0),
    output,
    listen: registration.listen,
    setPaused: registration.setPaused,
    input(bytes) {
      if (viewer.role === 'watching') throw fault('TERMINAL_READ_ONLY');
      if (inputKey) live.inputCounts.add(inputKey, bytes.length);
      registration.type();
      return live.input(bytes);
    },
    drained: live.drained,
    async resize(wanted) {
      if (viewer.role === 'watching') throw fault('TERMINAL_READ_ONLY');
      const size = requireTerminalSize(wanted);
      if (viewer.role !== 'owner') return;
      live.viewers.notifySize(size, viewer);
      await live.resize(size);
    },
    over: Promise.race([live.over, dropped]),
    detach(received) {
      registration.leave();
      if (viewer.role === 'owner') live.awaitOwner(received);
    },
  };
}

/** Returns where the output starts for a viewer that already has all bytes before `from`. */
async function startOf(
  live: LiveTerminal,
  from: number | undefined,
  serialize: (output: Buffer, size: TerminalSize, before: Buffer) => Promise<Buffer>,
): Promise<OutputStart> {
  const { output, size } = live;
  const { first, next } = output;
  if (from !== undefined && from >= first && from <= next)
    return { offset: from, live: next, snapshot: undefined };
  if (first === 0) return { offset: 0, live: next, snapshot: undefined };
  return { offset: next, live: next, snapshot: await serialize(output.all(), size, live.modes()) };
}

/**
 * Detaches a viewer when the credential that admitted them ends. Their shell keeps running for other viewers, and for
 * the same user with another credential.
 */
export function endWithCredential(
  credentialWatch: Pick<CredentialWatch, 'watch'>,
  opener: Actor,
  attached: AttachedTerminal,
): AttachedTerminal {
  let stopWatching: (() => void) | undefined;
  const ended = new Promise<never>((_, reject) => {
    // The viewer's access to the machine is checked separately, so a changed role does not end the watch.
    stopWatching = credentialWatch.watch(opener, reject, { withRole: false });
  });
  const over = Promise.race([attached.over, ended]);
  // The viewer may detach before anything awaits `over`.
  over.catch(() => undefined);
  return {
    ...attached,
    over,
    detach(received) {
      stopWatching?.();
      attached.detach(received);
    },
  };
}
