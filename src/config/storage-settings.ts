import { z } from 'zod';
import { integer, positive, setting } from './setting.ts';

/** A positive number of days, up to ten years. */
const days = positive(3650);

/** Settings of the sizes and retention of saved sessions, terminals and recordings. */
export const storageSettings = {
  saveOnEnd: setting('BERTH_SAVE_ON_END', {
    schema: z.stringbool(),
    default: 'true',
    doc: 'Whether Berth saves a session that ends because it was idle or reached its maximum lifetime. Its learner can resume it later.',
  }),
  saveLimitBytes: setting('BERTH_SAVE_LIMIT_BYTES', {
    schema: integer(1024 ** 2),
    default: String(4 * 1024 ** 3),
    doc: 'Maximum size of a saved session in bytes, without the images of its lab.',
  }),
  saveQuotaBytes: setting('BERTH_SAVE_QUOTA_BYTES', {
    schema: integer(1024 ** 2),
    default: String(20 * 1024 ** 3),
    doc: "Maximum total size of a learner's saved sessions in bytes. A quota of the learner overrides it.",
  }),
  saveDays: setting('BERTH_SAVE_DAYS', {
    schema: days,
    default: '30',
    doc: 'Days for which Berth keeps a saved session.',
  }),
  terminalLimit: setting('BERTH_TERMINAL_LIMIT', {
    schema: integer(1, 1000),
    default: '20',
    doc: 'Maximum number of open terminals of a session.',
  }),
  recordingDays: setting('BERTH_RECORDING_DAYS', {
    schema: days,
    default: '30',
    doc: 'Days for which Berth keeps the recording of a terminal after its end.',
  }),
  recordingLimitBytes: setting('BERTH_RECORDING_LIMIT_BYTES', {
    schema: integer(64 * 1024),
    default: String(16 * 1024 ** 2),
    doc: 'Maximum size of a recording in bytes, before compression. The recording stops there; the terminal continues.',
  }),
  recordingTotalBytes: setting('BERTH_RECORDING_TOTAL_BYTES', {
    schema: integer(1024 ** 2),
    default: String(4 * 1024 ** 3),
    doc: 'Maximum size of all recordings in the database, in bytes. Beyond it, Berth deletes the oldest recordings of the learner whose recordings use the most space.',
  }),
};
