/** Events of all terminals that wait to be stored, in bytes: what a database that stands still may cost of memory. */
const MOST_OF_ALL = 32 * 1024 * 1024;

/** … and of one. */
const MOST_OF_ONE = 2 * 1024 * 1024;

/** Bounds what recorders hold in memory, each and together. */
export function createRecordingRoom(limits: { ofAll?: number; ofOne?: number } = {}) {
  const { ofAll = MOST_OF_ALL, ofOne = MOST_OF_ONE } = limits;
  let taken = 0;
  return {
    /** One recorder's part of it. */
    part() {
      let own = 0;
      return {
        /** False where there is no room for so much. */
        take(bytes: number): boolean {
          if (own + bytes > ofOne || taken + bytes > ofAll) return false;
          own += bytes;
          taken += bytes;
          return true;
        },
        give(bytes: number): void {
          own -= bytes;
          taken -= bytes;
        },
      };
    },
    taken: () => taken,
  };
}

export type RecordingRoom = ReturnType<typeof createRecordingRoom>;
