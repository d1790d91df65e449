import { integer, optionalSetting, portion, positive, setting, text } from './setting.ts';

const minutes = positive(100_000);

/** Settings of the number of sessions, their creation and prewarming. */
export const sessionSettings = {
  sessionLimit: setting('BERTH_SESSION_LIMIT', {
    schema: integer(1),
    default: '5',
    doc: 'Maximum number of sessions of one learner. A session that is stopping counts until it has ended.',
  }),
  maxSessions: optionalSetting('BERTH_MAX_SESSIONS', {
    schema: integer(1),
    doc: 'Maximum number of sessions of all learners. Further ones wait in a queue.',
  }),
  memoryBudget: setting('BERTH_MEMORY_BUDGET', {
    schema: portion,
    default: '80 %',
    doc: 'Memory that the machines of all sessions may use together: a size such as "12 GiB", or a share of the engine\'s memory such as "80 %". Further sessions wait in a queue.',
  }),
  diskReserve: optionalSetting('BERTH_DISK_RESERVE', {
    schema: portion,
    absent: '5 GiB or 5 % of the disk, whichever is less',
    doc: "Minimum free space on the engine's disk for starting a session: a size, or a share of the disk.",
  }),
  provisionConcurrency: setting('BERTH_PROVISION_CONCURRENCY', {
    schema: integer(1, 64),
    default: '4',
    doc: 'Number of environments that Berth creates at the same time. Further ones wait in a queue.',
  }),
  provisionTimeoutSeconds: setting('BERTH_PROVISION_TIMEOUT_SECONDS', {
    schema: integer(5),
    default: '300',
    doc: 'Maximum time to create an environment.',
  }),
  warningMinutes: setting('BERTH_WARNING_MINUTES', {
    schema: minutes,
    default: '5',
    doc: 'Minutes between the warning to the learner and the end of a session.',
  }),
  warmLimit: setting('BERTH_WARM_LIMIT', {
    schema: integer(0, 1000),
    default: '100',
    doc: 'Maximum number of prewarmed environments of all labs together; 0 for none.',
  }),
  warmIdleMinutes: setting('BERTH_WARM_IDLE_MINUTES', {
    schema: minutes,
    default: '120',
    doc: "Minutes after a lab's last start during which Berth prewarms environments for it. The lab's schedule applies in addition.",
  }),
  warmAheadMinutes: setting('BERTH_WARM_AHEAD_MINUTES', {
    schema: minutes,
    default: '10',
    doc: "Minutes before a time of a lab's schedule at which Berth starts to create its environments; earlier if creating them takes longer.",
  }),
  timeZone: optionalSetting('BERTH_TIME_ZONE', {
    schema: text.refine(isTimeZone, 'must be a time zone such as "Europe/Paris" or "UTC"'),
    absent: "the system's",
    doc: "Time zone of the labs' schedules, such as Europe/Paris.",
  }),
};

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
