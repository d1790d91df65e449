import type { Database } from '../../../infra/database/database.ts';
import type { SessionService } from '../../sessions/session.ts';
import type { RecordingLimits } from '../../../config/terminal-settings.ts';
import type { TerminalStore } from '../terminal-store.ts';
import { createRecordedCourseStore } from './recorded-course-store.ts';
import { createRecordingService } from './recording-service.ts';
import { createRecordingStore } from './recording-store.ts';
import { createRecordingUpkeep } from './recording-upkeep.ts';
import { createRecordings } from './recordings.ts';
import type { RecordingsOptions } from './recordings.ts';

/** Recordings, put together. */
export function createRecordingParts(
  options: {
    database: Database;
    terminals: Pick<TerminalStore, 'endedAmong'>;
    sessions: Pick<SessionService, 'hiddenFrom'>;
  } & RecordingLimits &
    Pick<RecordingsOptions, 'clock' | 'log'>,
) {
  const parts = {
    ...options,
    store: createRecordingStore(options),
    courses: createRecordedCourseStore(options),
  };
  return {
    recordings: createRecordings(parts),
    service: createRecordingService(parts),
    upkeep: createRecordingUpkeep(parts),
  };
}
