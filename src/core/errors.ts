import { filled } from './plain-text.ts';

/**
 * The one catalogue of errors that users can meet. Each code has an HTTP status and a message that
 * says what to do; `{name}` in a message is filled from the details given to {@link fault}.
 * Transports map a fault in one place each: http/problem.ts, graphql/errors.ts, ws/close-codes.ts.
 */
const catalogue = {
  // Input and identity
  INPUT_INVALID: [400, '{problem}'],
  UNAUTHENTICATED: [401, 'Sign in first, or send a valid token as "Authorization: Bearer …".'],
  TOKEN_EXPIRED: [401, 'This token has expired: make a new one with createToken.'],
  SIGN_IN_LINK_INVALID: [
    401,
    'This sign-in link was used already or has expired: ask for a new one ("berth token link" prints one).',
  ],
  FORBIDDEN: [403, 'This needs {needed}, which you do not have.'],
  NOT_FOUND: [404, 'There is no {thing} here by that name.'],
  BODY_TOO_LARGE: [413, 'The body of a request may hold at most {limit} bytes here.'],
  MEDIA_TYPE_UNSUPPORTED: [415, 'A body of the type "{type}" is not understood here: send application/json.'],
  CROSS_SITE_REFUSED: [
    403,
    'A page of another site may not act for you here. A program that sends the cookie itself adds the header "X-Berth-Client".',
  ],
  RATE_LIMITED: [429, 'Too many requests: try again in {seconds} s.'],
  QUERY_TOO_COMPLEX: [400, 'The query asks for too much: {problem}.'],
  USER_NOT_FOUND: [404, 'There is no such user.'],
  EMAIL_TAKEN: [409, 'Another user has the e-mail address {email}.'],
  LAST_ADMIN: [409, 'The last admin cannot be removed or made something else: appoint another admin first.'],
  TOKEN_NOT_FOUND: [404, 'There is no such token; it may have been revoked.'],

  // Labs
  LAB_NOT_FOUND: [404, 'There is no lab "{lab}": the labs query lists those there are.'],
  LAB_INVALID: [422, 'The lab cannot be used: {problem}'],
  GIT_FAILED: [502, 'The git repository "{address}" cannot be had: {problem}.'],
  LAB_SOURCE_NOT_FOUND: [404, 'There is no such source of labs.'],
  STEP_NOT_FOUND: [404, 'The lab "{lab}" has no step "{step}".'],
  STEP_HAS_NO_CHECK: [409, 'The step "{step}" has nothing to check.'],

  // Sessions and machines
  SESSION_NOT_FOUND: [404, 'There is no such session.'],
  SESSION_NOT_READY: [409, 'The session is {state}: wait until it is ready, or start the lab again.'],
  SESSION_STATE_CONFLICT: [409, 'The session is {state} and cannot {verb} now.'],
  SESSION_EXTEND_LIMIT: [409, 'The session cannot be extended beyond {until}.'],
  SESSION_LIMIT: [
    409,
    'You have {limit} sessions already: stop one of them first; one that is stopping counts until it has ended.',
  ],
  LAB_TOO_LARGE: [
    409,
    'The lab "{lab}" needs {needed}, and there may be {most} at most: an admin {mend}, or makes the lab smaller.',
  ],
  MACHINE_NOT_FOUND: [404, 'The session has no machine "{machine}".'],
  MACHINE_NOT_RUNNING: [409, 'The machine does not run: restart the session, or start the lab again.'],
  SUBNETS_EXHAUSTED: [
    503,
    'All networks of the pool are in use: wait for a session to end, or give BERTH_SUBNET_POOL a larger range, or one that no route of the host covers.',
  ],
  EGRESS_UNAVAILABLE: [
    503,
    'This lab needs the internet, and the rules that keep it safe cannot be set on this engine: {problem}',
  ],
  PROVISIONING_TIMED_OUT: [
    504,
    'The environment was not ready within {seconds} s: start the lab again; if it goes on, an admin finds the cause with "berth doctor".',
  ],
  LAB_START_FAILED: [502, 'The lab "{lab}" could not be made ready, which its author mends: {problem}'],
  PROVISIONING_INTERRUPTED: [503, 'The service stopped while this was being made: start the lab again.'],
  SESSION_IDLE: [410, 'The session ended because nothing happened in it for {minutes} minutes.'],
  SESSION_LIFETIME_OVER: [410, 'The session ended because its time of {minutes} minutes was over.'],
  MACHINE_LOST: [410, 'A container of this session is gone: start the lab again.'],
  MACHINE_OUT_OF_MEMORY: [
    410,
    'The machine "{machine}" ran out of memory and stopped, again and again: start the lab again, and run less at once.',
  ],
  MACHINE_DISK_FULL: [
    410,
    'The session was stopped because its machine "{machine}" had written {written}, and may keep {limit}: delete what you do not need before the disk is full.',
  ],

  // Saved states
  SAVE_OFF: [409, 'The lab "{lab}" does not let its sessions be saved.'],
  SAVE_TOO_LARGE: [
    413,
    'What you made is {size} and at most {limit} are kept: remove what you do not need before it is saved.',
  ],
  SAVE_OVER_DISK: [
    413,
    'Machine "{machine}" holds {size} and may keep {limit}. Delete files, then save again: "du -ahx / | sort -h | tail" lists the largest.',
  ],
  SAVE_QUOTA_FULL: [
    409,
    'Your other saved sessions take {used} of {limit}, and this one needs {size}. Delete saved sessions that you do not need. The largest: {largest}.',
  ],
  SAVE_INTERRUPTED: [503, 'The service stopped while this was being saved: save it again.'],
  SAVED_STATE_NOT_FOUND: [404, 'There is no such saved state; it may have been removed.'],
  SAVED_STATE_EXPIRED: [
    410,
    'What was saved of this session was kept for {days} days and is gone: start the lab again.',
  ],

  // Terminals
  TERMINAL_LIMIT: [409, 'The session has {limit} terminals open already: close one of them first.'],
  VIEWER_LIMIT: [409, 'The terminal has {limit} viewers already: one of them has to leave first.'],
  TERMINAL_NOT_FOUND: [404, 'There is no such terminal.'],
  RECORDING_NOT_FOUND: [404, 'There is no such recording.'],
  TERMINAL_ENDED: [410, 'The shell of this terminal has ended: open a new one.'],
  TERMINAL_ELSEWHERE: [503, 'Another process of the service has this terminal now: connect again.'],
  TERMINAL_TOO_SLOW: [503, 'What the terminal prints was not taken fast enough: connect again.'],
  TERMINAL_READ_ONLY: [403, 'You look on at this terminal: what you type, and your size, do not reach it.'],
  TICKET_INVALID: [
    401,
    'This ticket was used already, has expired, or is not of this terminal: ask for another with attachTerminal.',
  ],
  ORIGIN_REFUSED: [
    403,
    'The page at {origin} may not open terminals: set BERTH_PUBLIC_URL to the address that people use, or add it to BERTH_ALLOWED_ORIGINS.',
  ],
  FRAME_INVALID: [400, 'The terminal was sent a frame it cannot read: {problem}'],
  FRAME_TOO_LARGE: [413, 'A frame may hold at most {limit} bytes.'],
  TERMINAL_SIZE_INVALID: [
    400,
    'A terminal has 1 to {maxRows} rows and 1 to {maxCols} columns; this was {rows} by {cols}.',
  ],
  SHELL_NOT_STARTED: [502, 'The shell did not start: {problem}'],

  // Previews
  PORT_CLOSED: [502, 'Nothing answers on port {port} of this machine: start a server there.'],
  GATEWAY_UNAVAILABLE: [
    503,
    'Ports of machines cannot be reached on this engine: {problem}. "berth doctor" tells more.',
  ],
  PREVIEWS_OFF: [
    501,
    'Ports cannot be opened in the browser here: set BERTH_PREVIEW_DOMAIN to a domain whose names all lead to Berth, such as preview.example.org.',
  ],
  PREVIEW_UNKNOWN: [404, 'This address is of no machine: open the port from the lab again.'],
  PREVIEW_REFUSED: [401, 'This address opens from the lab only: open the port there again.'],
  PREVIEW_ORIGIN_REFUSED: [403, 'The page at {origin} may not ask for what is in this session.'],
  PREVIEW_LIMIT: [429, 'This session has {limit} connections open already: close some of its pages first.'],
  PREVIEW_BROKEN: [
    502,
    'What answers on port {port} of the machine "{machine}" speaks no HTTP, or ended before it had answered.',
  ],

  // Files
  FILE_NOT_FOUND: [404, 'There is nothing at "{path}" that the user of the machine may see.'],
  FILE_DENIED: [403, 'The user of the machine may not {verb} "{path}".'],
  FILE_IS_FOLDER: [409, '"{path}" is a folder: {hint}'],
  FILE_IS_NO_FOLDER: [409, '"{path}" is no folder.'],
  FILE_IS_SPECIAL: [409, '"{path}" is neither a file nor a folder, and cannot be copied.'],
  FOLDER_NOT_EMPTY: [
    409,
    'The folder "{path}" is not empty: add "recursive=true" to remove it with all in it.',
  ],
  ARCHIVE_REFUSED: [422, 'The archive was refused, and nothing of it was unpacked: {problem}'],
  UPLOAD_TOO_LARGE: [413, 'An upload may hold at most {limit} bytes here.'],
  TRANSFER_LIMIT: [
    429,
    '{where} has {limit} such requests for files under way: wait for one of them to end.',
  ],
  TRANSFER_INTERRUPTED: [502, 'The transfer broke off before its end: try again.'],

  // Checks
  CHECK_BUSY: [409, 'A check of this step is running: wait for it to end.'],
  CHECK_TIMED_OUT: [504, 'The check did not end within {seconds} s and was stopped.'],
  CHECK_OUTPUT_LIMIT: [413, 'The check printed more than {limit} bytes and was stopped.'],
  CHECK_INTERRUPTED: [503, 'The service stopped while the check ran: run it again.'],
  CHECK_NOT_STARTED: [502, 'The check did not start: {problem}'],
  CHECK_RUNNER_MISSING: [
    502,
    'The check cannot run, because an earlier version of Berth made this machine: save and resume the session, or start a new one. If that does not help, an admin runs "berth up".',
  ],
  CHECK_COPY_LIMIT: [
    413,
    'The check looks at more of the machine than {bytes} bytes in {entries} files: remove what is not needed, or have its author name fewer paths.',
  ],
  CHECK_SCORE_INVALID: [
    502,
    'The check gave itself the score "{score}", which its author mends: it is a share up to the whole, such as 0.6, 60% or 3/5.',
  ],
  HINT_TOO_EARLY: [
    409,
    'This hint is there after {needed} failed attempts at the step, and there are {failures}: try again first.',
  ],

  // Engine, database, service
  ENGINE_UNREACHABLE: [
    503,
    'The container engine does not answer: an admin finds the cause with "berth doctor".',
  ],
  ENGINE_SETUP_REFUSED: [503, '{problem}'],
  ENGINE_REFUSED: [502, 'The container engine refused: {problem}'],
  COMMAND_FAILED: [502, 'A command in the machine ended with {exitCode}: {problem}'],
  IMAGE_NOT_FOUND: [
    404,
    'The image "{image}" is neither on this engine nor in a registry that answers: {problem}',
  ],
  IMAGE_PIN_LOST: [
    409,
    'This version of the lab always uses the image {pinned}, which "{image}" meant when it was first used, and that one cannot be had any more: {problem}. Load it onto the engine again, or let the lab take what the name means now with repinLab.',
  ],
  REGISTRY_UNREACHABLE: [
    502,
    'The registry of the image "{image}" does not answer, or not as one: {problem}',
  ],
  REGISTRY_DENIED: [
    502,
    'The registry of the image "{image}" lets nobody in with what Berth has: an admin gives it credentials with setRegistryCredential. It says: {problem}',
  ],
  IMAGE_NOT_OURS: [
    409,
    'Berth neither pulled nor built "{image}", and leaves it as it is: use another name, or the tools of the engine itself.',
  ],
  IMAGE_IN_USE: [409, 'The image "{image}" is in use: {problem}'],
  JOB_BUSY: [409, 'Work on "{subject}" is under way: wait for its job to end, or cancel it.'],
  JOB_LIMIT: [503, 'There are {limit} jobs waiting already: wait for some to end, or cancel them.'],
  JOB_TIMED_OUT: [504, 'The job did not end within {minutes} minutes and was stopped.'],
  JOB_INTERRUPTED: [503, 'The service stopped while the job was under way: start it again.'],
  UPLOAD_BROKEN: [400, 'The upload ended before all of it had come: {problem}'],
  SECRET_UNREADABLE: [
    500,
    'The stored secret of {thing} cannot be read with the present key: set BERTH_SECRET_KEY to the key that it was stored with, or store it anew.',
  ],
  NESTED_ENGINE_UNAVAILABLE: [
    503,
    'A machine cannot have a container engine of its own here: {problem}. "berth doctor" tells more.',
  ],
  ROOT_REFUSED: [
    403,
    'No command runs as root in a machine with a container engine of its own: name its user, or none.',
  ],
  LOCAL_REGISTRY_UNAVAILABLE: [503, 'The local registry cannot be used: {problem}.'],
  LOCAL_REGISTRY_REFUSED: [502, 'The local registry refuses: {problem}. {mend}.'],
  IMAGE_BUILD_FAILED: [502, 'The image "{image}" could not be built: {problem}'],
  CONTAINER_NOT_FOUND: [404, 'The container is gone.'],
  DISK_FULL: [507, 'The disk of {where} is full: free some space and try again.'],
  DATABASE_UNREACHABLE: [503, 'The database does not answer: an admin finds the cause with "berth doctor".'],
  DATABASE_BUSY: [503, 'The database has too much to do at once: try again in a moment.'],
  MIGRATION_FAILED: [500, 'The database could not be brought to this version: {problem}'],
  CONFIG_INVALID: [500, '{problem}'],
  EVENTS_CLOSED: [503, 'The service is stopping.'],
  SHUTTING_DOWN: [503, 'The service is stopping: try again in a moment.'],
  INTERNAL: [500, 'Something went wrong here; the log has it under this request id.'],
} as const satisfies Record<string, readonly [status: number, message: string]>;

/** Code of the catalogue, as it appears in `extensions.code`, in problems and in close reasons. */
export type FaultCode = keyof typeof catalogue;

/** Values that fill a message, and travel with it to the client: never secrets. */
export type FaultDetails = Record<string, string | number | boolean>;

/** An error of the catalogue: safe to show to the user who caused it. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly status: number;
  readonly details: FaultDetails;

  constructor(code: FaultCode, details: FaultDetails = {}, options?: ErrorOptions) {
    super(filled(catalogue[code][1], details), options);
    this.name = 'Fault';
    this.code = code;
    this.status = catalogue[code][0];
    this.details = details;
  }
}

/** Why something failed or ended on its own: what is left of its fault. */
export type Reason = Pick<Fault, 'code' | 'message' | 'details'>;

/** Makes the error `code`, its message filled from `details`; `cause` is kept for the log. */
export function fault(code: FaultCode, details: FaultDetails = {}, cause?: unknown): Fault {
  return new Fault(code, details, cause === undefined ? undefined : { cause });
}

/** Whether `error` is a fault, of one of `codes` when any are given. */
export function isFault(error: unknown, ...codes: FaultCode[]): error is Fault {
  return error instanceof Fault && (codes.length === 0 || codes.includes(error.code));
}

/** All codes, for the docs and for tests that each is mapped. */
export const faultCodes = Object.keys(catalogue) as FaultCode[];
