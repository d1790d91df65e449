import { fault } from '../../core/errors.ts';
import type { TerminalSize, ViewerListener } from './terminal.ts';
import type { Viewer } from './viewer.ts';

/** How often the others are told that somebody who assists types, in milliseconds. */
const TYPING_EVERY_MS = 1_000;

/** Most at one terminal at a time: each is told of all the others. */
const MOST_VIEWERS = 32;

interface Place {
  viewer: Viewer;
  listener: ViewerListener | undefined;
  held: boolean;
  typedAt: number;
  /** Has them come back. */
  drop: () => void;
}

/** One viewer's place at a terminal. */
export interface ViewerPlace {
  listen(listener: ViewerListener): void;
  hold(held: boolean): void;
  /** They typed: where they only assist, the others are told who does. */
  type(): void;
  leave(): void;
}

export type Viewers = ReturnType<typeof createViewers>;

/** Who is at one terminal. `onHolding` is called when whether they hold the shell back may have changed. */
export function createViewers(onHolding: () => void) {
  /** In the order in which they came. */
  const places = new Set<Place>();

  const all = () => [...places].map(({ viewer }) => viewer);

  function tellViewers(): void {
    const viewers = all();
    for (const { listener } of places) listener?.onViewers(viewers);
  }

  /** The owner who came last: the shell waits for them, and for nobody else. */
  const leading = () => [...places].findLast(({ viewer }) => viewer.role === 'owner');

  return {
    all,
    count: () => places.size,
    haveOwner: () => leading() !== undefined,
    areHolding: () => leading()?.held ?? false,

    /** @throws VIEWER_LIMIT */
    join(viewer: Viewer, drop: () => void): ViewerPlace {
      if (places.size >= MOST_VIEWERS) throw fault('VIEWER_LIMIT', { limit: MOST_VIEWERS });
      const place: Place = { viewer, listener: undefined, held: false, typedAt: 0, drop };
      places.add(place);
      onHolding();
      return {
        listen(listener) {
          place.listener = listener;
          tellViewers();
        },
        hold(held) {
          place.held = held;
          onHolding();
        },
        type() {
          const now = Date.now();
          if (viewer.role === 'owner' || now - place.typedAt < TYPING_EVERY_MS) return;
          place.typedAt = now;
          for (const other of places) if (other !== place) other.listener?.onTyping(viewer);
        },
        leave() {
          if (!places.delete(place)) return;
          onHolding();
          tellViewers();
        },
      };
    },

    tellOutput(): void {
      for (const { listener } of places) listener?.onOutput();
    },

    tellSize(size: TerminalSize, by: Viewer): void {
      for (const { viewer, listener } of places) if (viewer !== by) listener?.onSize(size);
    },

    /** Has those go whom it names, or all. */
    drop(which: (viewer: Viewer) => boolean = () => true): void {
      for (const { viewer, drop } of places) if (which(viewer)) drop();
    },
  };
}
