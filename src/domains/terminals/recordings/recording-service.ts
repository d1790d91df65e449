import type { Clock } from '../../../core/clock.ts';
import { fault } from '../../../core/errors.ts';
import { requireActor } from '../../identity/actor.ts';
import type { Actor } from '../../identity/actor.ts';
import { pageWindow, toPage } from '../../../core/paging.ts';
import type { WorkAccess } from '../../identity/work-access.ts';
import { usedLab } from '../../labs/catalogue.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { RecordedContent } from './recorded-content.ts';
import type { RecordedCollectionStore } from './recorded-collection-store.ts';
import type { RecordingStore, StoredRecording } from './recording-store.ts';
import type { RecordingService } from './recording.ts';
import { pipeline, Readable } from 'node:stream';
import { constants, createGunzip, createGzip, gzipSync } from 'node:zlib';
import type { ByteSource } from '../../../core/byte-source.ts';
import { DAY_MS } from '../../../core/units.ts';
import { castHeader } from './recorder.ts';

/** Maximum number of recorded collections. */
const MOST_COLLECTIONS = 1_000;

/** The same pattern as lab slugs. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

const staff = 'instructor';

export function createRecordingService(options: {
  store: RecordingStore;
  collections: RecordedCollectionStore;
  recordedContent: RecordedContent;
  catalogue: Pick<LabCatalogue, 'find' | 'version'>;
  clock: Clock;
  recordingDays: number;
  workAccess: WorkAccess;
}): RecordingService {
  const { store, collections, recordedContent, catalogue, clock, recordingDays, workAccess } = options;

  /**
   * Returns a recording that the actor may see.
   * @throws RECORDING_NOT_FOUND also if the actor may not see it, UNAUTHENTICATED, FORBIDDEN
   */
  async function findSeen(actor: Actor | undefined, id: string): Promise<StoredRecording> {
    requireActor(actor, { scope: 'read' });
    const recording = await store.find(id);
    if (!recording || !(await workAccess.includes(actor, recording))) throw fault('RECORDING_NOT_FOUND');
    return recording;
  }

  return {
    get: findSeen,

    async list(actor, filter, page) {
      requireActor(actor, { scope: 'read' });
      const window = pageWindow(page);
      const limits = await workAccess.limits(actor, filter.learnerId);
      return toPage(await store.page(filter, limits, window), page);
    },

    async ofTerminals(actor, ids) {
      requireActor(actor, { scope: 'read' });
      const found = await store.ofTerminals(ids);
      const seen = await workAccess.among(actor, found);
      return ids.map((id) => seen.find(({ terminalId }) => terminalId === id));
    },

    async read(actor, id, { gzip }) {
      const recording = await findSeen(actor, id);
      return { recording, content: readCast(recording, store.part, { gzip }) };
    },

    async delete(actor, id) {
      requireActor(actor, { scope: 'manage' });
      const recording = await store.find(id);
      if (!recording || !(await workAccess.includes(actor, recording))) return false;
      requireActor(actor, { scope: 'manage', role: staff });
      return store.remove(id);
    },

    async contents(actor, of) {
      requireActor(actor, { scope: 'read' });
      return recordedContent(
        of.map(({ labSlug, labVersion, courseId }) => ({
          lab: usedLab(catalogue, { labSlug, labVersion }),
          courseId,
        })),
      );
    },

    async collections(actor) {
      requireActor(actor, { scope: 'read', role: staff });
      return collections.list(MOST_COLLECTIONS);
    },

    async recordCollection(actor, { collection, recorded }) {
      requireActor(actor, { scope: 'manage', role: staff });
      if (!NAME.test(collection)) {
        throw invalid(
          `"${collection}" is not a valid collection name. Use lower-case letters, digits and hyphens.`,
        );
      }
      if (!recorded) return collections.remove(collection);
      const added = await collections.add(
        { collection, setById: actor.userId, createdAt: clock.now() },
        MOST_COLLECTIONS,
      );
      if (!added)
        throw invalid(`${MOST_COLLECTIONS} collections are recorded already. Stop recording one first.`);
    },

    expiresAt: ({ endedAt }) => endedAt && new Date(endedAt.getTime() + recordingDays * DAY_MS),
  };
}

const invalid = (problem: string) => fault('INPUT_INVALID', { problem });

/**
 * Returns a recording's file, and reads one part at a time. For gzip, the whole file is compressed again: browsers
 * decode only the first member of a gzip file with several members.
 */
function readCast(
  recording: StoredRecording,
  part: RecordingStore['part'],
  { gzip }: { gzip: boolean },
): ByteSource {
  async function* compressed(): AsyncGenerator<Buffer> {
    yield gzipSync(castHeader(recording));
    for (let index = 0; index < recording.parts; index++) {
      const content = await part(recording.id, index);
      // The recording was deleted meanwhile. Fail, so the client does not take the file for complete.
      if (!content) throw fault('RECORDING_NOT_FOUND');
      yield content;
    }
  }

  const stored = Readable.from(compressed(), { objectMode: false, highWaterMark: 1 });
  const streams = [stored, createGunzip(), ...(gzip ? [createGzip({ level: constants.Z_BEST_SPEED })] : [])];
  const end = () => {
    for (const stream of streams) stream.destroy();
  };
  const last = pipeline(streams, () => undefined) as unknown as Readable;
  return sourceOf(last, end);
}

function sourceOf(stream: Readable, end: () => void): ByteSource {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let rest = Buffer.alloc(0) as Buffer;
  return {
    async read(memory) {
      while (rest.length === 0) {
        const { value, done } = await chunks.next();
        if (done) return 0;
        rest = value;
      }
      const bytes = rest.copy(memory);
      rest = rest.subarray(bytes);
      return bytes;
    },
    async close() {
      end();
    },
  };
}
