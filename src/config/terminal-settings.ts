import { z } from 'zod';

/** How many terminals there may be, how much of them is recorded, and kept how long. */
export const terminalSettings = {
  BERTH_TERMINAL_LIMIT: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(20)
    .describe('Most open terminals of one session.'),
  BERTH_RECORDING_DAYS: z.coerce
    .number()
    .positive()
    .max(3650)
    .default(30)
    .describe('Days that the recording of a terminal is kept after its end.'),
  BERTH_RECORDING_LIMIT_BYTES: z.coerce
    .number()
    .int()
    .min(64 * 1024)
    .default(16 * 1024 ** 2)
    .describe('Most bytes of one recording, before compression; then it ends, and the terminal goes on.'),
  BERTH_RECORDING_TOTAL_BYTES: z.coerce
    .number()
    .int()
    .min(1024 * 1024)
    .default(4 * 1024 ** 3)
    .describe(
      'Most bytes that all recordings take of the database; beyond that, the oldest of the learner with the most go.',
    ),
};

/** How much of terminals is recorded, and kept how long. */
export interface RecordingLimits {
  /** Days after its end. */
  recordingDays: number;
  /** Of one recording, before compression. */
  recordingLimitBytes: number;
  /** Of all recordings, as they are stored. */
  recordingTotalBytes: number;
}

export interface TerminalConfig extends RecordingLimits {
  /** Most open terminals of one session. */
  terminalLimit: number;
}

export function readTerminalSettings(value: z.output<z.ZodObject<typeof terminalSettings>>): TerminalConfig {
  return {
    terminalLimit: value.BERTH_TERMINAL_LIMIT,
    recordingDays: value.BERTH_RECORDING_DAYS,
    recordingLimitBytes: value.BERTH_RECORDING_LIMIT_BYTES,
    recordingTotalBytes: value.BERTH_RECORDING_TOTAL_BYTES,
  };
}
