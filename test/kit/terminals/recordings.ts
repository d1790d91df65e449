import type { Test } from 'tap';
import { systemClock } from '../../../src/core/clock.ts';
import type { Clock } from '../../../src/core/clock.ts';
import type { Database } from '../../../src/infra/database/database.ts';
import { system } from '../../../src/domains/identity/actor.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { newId } from '../../../src/core/ids.ts';
import type { Lab } from '../../../src/domains/labs/lab.ts';
import { createRecordingParts } from '../../../src/domains/terminals/create-terminals.ts';
import type { RecordingLimits } from '../../../src/config/config.ts';
import type { RecordingService } from '../../../src/domains/terminals/recordings/recording.ts';
import { workAccessOn } from '../service/courses.ts';
import { createTerminalStore } from '../../../src/domains/terminals/terminal-store.ts';
import { createActors } from '../service/actors.ts';
import { bytesOf } from '../basics/bytes-of.ts';
import { quietLog } from '../basics/quiet-log.ts';
import { openSessions, testCatalogue, testLab } from '../sessions/sessions.ts';

/** An event of a recording's file. */
export type CastEvent = [after: number, code: string, data: string];

/** Parses a recording's file in asciicast v3. */
export function parseCast(text: string) {
  const [head = '', ...lines] = text.trimEnd().split('\n');
  const events = lines.map((line) => JSON.parse(line) as CastEvent);
  const of = (code: string) => events.filter((event) => event[1] === code).map((event) => event[2]);
  return {
    header: JSON.parse(head) as Record<string, unknown>,
    events,
    of,
    output: of('o').join(''),
    input: of('i').join(''),
    markers: of('m'),
  };
}

export type Cast = ReturnType<typeof parseCast>;

/** The stored content of a recording. */
export async function readRecording(
  recordings: Pick<RecordingService, 'read'>,
  id: string,
  actor: Actor = system,
): Promise<Cast> {
  const { content } = await recordings.read(actor, id, { gzip: false });
  return parseCast((await bytesOf(content)).toString());
}

/** Recordings on a separate database, with a session and no shells. */
export async function recordingWorld(
  t: Test,
  database: Database,
  options: Partial<RecordingLimits> & { clock?: Clock } = {},
) {
  const actors = await createActors(database);
  const session = await openSessions(t, database).service.start(actors.owner, { lab: 'lab-0' });
  const terminals = createTerminalStore({ database });
  const log = quietLog();
  const more = {
    database,
    terminals,
    workAccess: workAccessOn(database),
    catalogue: testCatalogue([
      testLab('lab'),
      testLab('basics', { collection: 'basics' }),
      testLab('own', { recording: 'input' }),
    ]),
    recordedCourses: async (ids: readonly string[]) => new Set(ids.filter((id) => id === 'recorded')),
    log,
    clock: systemClock,
    recordingDays: 30,
    recordingLimitBytes: 1024 ** 2,
    recordingTotalBytes: 1024 ** 3,
    ...options,
  };
  const { clock } = more;

  /** A terminal of the learner's session, or of another one. */
  async function terminal({ sessionId = session.id, openedById = actors.owner.userId } = {}) {
    const place = { sessionId, openedById, machine: 'main', rows: 24, cols: 80 };
    const made = await terminals.insert({ id: newId(clock.now()), ...place, now: clock.now(), limit: 20 });
    return { ...made, rows: 24, cols: 80 };
  }

  /** Another process of the service. */
  const another = () => createRecordingParts(more);
  const parts = another();

  return {
    ...parts,
    actors,
    session,
    terminals,
    terminal,
    another,
    log,
    /** Records a new terminal. */
    async record(
      lab: Partial<Pick<Lab, 'recording' | 'collection'>> = { recording: 'output' },
      courseId?: string,
    ) {
      const made = await terminal();
      const of = { slug: 'lab-0', collection: undefined, recording: undefined, ...lab };
      const recorder = await parts.recordings.start(made, {
        learnerId: actors.owner.userId,
        courseId,
        lab: of,
      });
      const [recording] = await parts.service.ofTerminals(system, [made.id]);
      if (!recorder || !recording) throw new Error('It is not recorded.');
      return {
        recorder,
        id: recording.id,
        terminalId: made.id,
        read: () => readRecording(parts.service, recording.id),
      };
    },
  };
}
