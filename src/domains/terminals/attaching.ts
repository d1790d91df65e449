import { fault } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { LiveTerminal } from './live-terminal.ts';
import { requireTerminalSize } from './terminal-size.ts';
import type { AttachedTerminal, AttachRequest, OutputStart, TerminalOver, TerminalSize } from './terminal.ts';
import type { Snapshots } from './snapshots/snapshots.ts';
import type { Viewer } from './viewer.ts';

/** In a snapshot: a program has the screen to itself, and draws it anew when asked to. */
const ALTERNATE_SCREEN = '\u001B[?1049h';

/** Gives a viewer a place at a terminal, with the output that they lack. */
export async function attachViewer(options: {
  terminalId: string;
  learnerId: string;
  live: LiveTerminal;
  viewer: Viewer;
  request: Pick<AttachRequest, 'from' | 'client'>;
  snapshots: Pick<Snapshots, 'take'>;
  /** Whether the viewer may still be in the machine. */
  mayBeThere: () => Promise<boolean>;
  log: Log;
}): Promise<AttachedTerminal> {
  const { terminalId, learnerId, live, viewer, request, snapshots, mayBeThere, log } = options;
  const { from, client } = request;
  const counted = client && `${viewer.userId} ${client.id}`;
  // Its earlier connection may not be known to be broken yet: nothing more comes from there.
  if (client) live.viewers.drop(({ id, userId }) => id === viewer.id && userId === viewer.userId);
  // Else who comes back right after a start of the service would be told to have too much.
  await live.caughtUp;
  let drop: (() => void) | undefined;
  const dropped = new Promise<TerminalOver>((resolve) => (drop = () => resolve('elsewhere')));
  // All of it while the shell is held back: what it printed meanwhile could be more than is kept.
  const { place, start } = await live.holdDuring(async () => {
    const start = await startOf(live, from, (...screen) => snapshots.take(learnerId, ...screen));
    const place = live.viewers.join(viewer, () => drop?.());
    // A change that came while the screen was drawn found no viewer to have go.
    if (await mayBeThere()) return { place, start };
    place.leave();
    throw fault('TICKET_INVALID');
  });
  const output = live.output;
  if (viewer.role === 'owner' && start.snapshot?.includes(ALTERNATE_SCREEN)) {
    live
      .redraw()
      .catch((error: unknown) => log.warn({ err: error, terminalId }, 'a screen was not drawn anew'));
  }

  return {
    terminalId,
    viewer,
    durable: live.durable,
    size: live.size,
    recorded: live.recorded,
    start,
    typed: client && live.typed.know(counted ?? '', client.typed),
    output,
    listen: place.listen,
    hold: place.hold,
    input(bytes) {
      if (viewer.role === 'watching') throw fault('TERMINAL_READ_ONLY');
      if (counted) live.typed.add(counted, bytes.length);
      place.type();
      return live.input(bytes);
    },
    drained: live.drained,
    async resize(wanted) {
      if (viewer.role === 'watching') throw fault('TERMINAL_READ_ONLY');
      const size = requireTerminalSize(wanted);
      if (viewer.role !== 'owner') return;
      live.viewers.tellSize(size, viewer);
      await live.resize(size);
    },
    over: Promise.race([live.over, dropped]),
    detach(taken) {
      place.leave();
      if (viewer.role === 'owner') live.awaitOwner(taken);
    },
  };
}

/** What of the output is a viewer's, who has all before `from`. */
async function startOf(
  live: LiveTerminal,
  from: number | undefined,
  draw: (output: Buffer, size: TerminalSize, before: Buffer) => Promise<Buffer>,
): Promise<OutputStart> {
  const { output, size } = live;
  const { first, next } = output;
  if (from !== undefined && from >= first && from <= next)
    return { offset: from, live: next, snapshot: undefined };
  if (first === 0) return { offset: 0, live: next, snapshot: undefined };
  return { offset: next, live: next, snapshot: await draw(output.all(), size, live.modes()) };
}
