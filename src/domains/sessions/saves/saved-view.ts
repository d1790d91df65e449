import type { SavedState } from './saved-state.ts';
import type { SavedStateRow } from './saved-state-store.ts';

/** The saved state as services give it out. Pure. */
export function viewSavedState(row: SavedStateRow): SavedState {
  return {
    id: row.id,
    learnerId: row.learnerId,
    labSlug: row.labSlug,
    labVersion: row.labVersion,
    sessionId: row.currentFor ?? '',
    isFork: row.madeById !== row.learnerId,
    bytes: Number(row.bytes),
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
  };
}
