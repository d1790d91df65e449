import { fault } from '../../core/errors.ts';
import type { TerminalSize, Viewer, ViewerListener } from './terminal.ts';

/** Minimum time between two typing events of one assisting viewer, in milliseconds. */
const TYPING_EVERY_MS = 1_000;

/** Maximum number of viewers per terminal: each receives events about all others. */
const MOST_VIEWERS = 32;

interface Entry {
  viewer: Viewer;
  listener: ViewerListener | undefined;
  isPaused: boolean;
  typedAt: number;
  /** Disconnects the viewer. One who still has access may reconnect. */
  drop: () => void;
}

/** The registration of one viewer. */
interface ViewerRegistration {
  listen(listener: ViewerListener): void;
  setPaused(paused: boolean): void;
  /** Reports typing. The other viewers are notified if this one is assisting. */
  type(): void;
  leave(): void;
}

export type Viewers = ReturnType<typeof createViewers>;

/**
 * Creates the list of a terminal's viewers. `onPauseChanged` is called when the viewers' wish to pause the shell may
 * have changed.
 */
export function createViewers(onPauseChanged: () => void) {
  /** In the order in which they attached. */
  const entries = new Set<Entry>();

  const all = () => [...entries].map(({ viewer }) => viewer);

  function notifyViewers(): void {
    const viewers = all();
    for (const { listener } of entries) listener?.onViewers(viewers);
  }

  /** Returns the owner who attached last: the shell waits only for them. */
  const leading = () => [...entries].findLast(({ viewer }) => viewer.role === 'owner');

  return {
    all,
    count: () => entries.size,
    hasOwner: () => leading() !== undefined,
    wantPause: () => leading()?.isPaused ?? false,

    /** @throws VIEWER_LIMIT */
    join(viewer: Viewer, drop: () => void): ViewerRegistration {
      if (entries.size >= MOST_VIEWERS) throw fault('VIEWER_LIMIT', { limit: MOST_VIEWERS });
      const entry: Entry = { viewer, listener: undefined, isPaused: false, typedAt: 0, drop };
      entries.add(entry);
      onPauseChanged();
      return {
        listen(listener) {
          entry.listener = listener;
          notifyViewers();
        },
        setPaused(paused) {
          entry.isPaused = paused;
          onPauseChanged();
        },
        type() {
          const now = Date.now();
          if (viewer.role === 'owner' || now - entry.typedAt < TYPING_EVERY_MS) return;
          entry.typedAt = now;
          for (const other of entries) if (other !== entry) other.listener?.onTyping(viewer);
        },
        leave() {
          if (!entries.delete(entry)) return;
          onPauseChanged();
          notifyViewers();
        },
      };
    },

    notifyOutput(): void {
      for (const { listener } of entries) listener?.onOutput();
    },

    notifySize(size: TerminalSize, by: Viewer): void {
      for (const { viewer, listener } of entries) if (viewer !== by) listener?.onSize(size);
    },

    /** Drops the matching viewers, by default all. */
    drop(which: (viewer: Viewer) => boolean = () => true): void {
      for (const { viewer, drop } of entries) if (which(viewer)) drop();
    },
  };
}
