/**
 * The catalogue of all errors that users can see. Each code has an HTTP status and a message. A message says what
 * failed, why if known, and what to do. `{name}` in a message is replaced by that value of the details given to
 * `fault`. Each transport maps faults in one place: http/problem.ts, graphql/errors.ts, ws/close-codes.ts.
 */
export const catalogue = {
  // Input and identity
  INPUT_INVALID: [400, '{problem}'],
  UNAUTHENTICATED: [
    401,
    'Authentication is required. Sign in, or send a valid token as "Authorization: Bearer …".',
  ],
  TOKEN_EXPIRED: [401, 'This token has expired. Create a new one with createToken.'],
  SIGN_IN_LINK_INVALID: [
    401,
    'This sign-in link has expired or was already used. Request a new one ("berth token link" prints one).',
  ],
  FORBIDDEN: [403, 'Permission denied. This requires {needed}.'],
  NOT_FOUND: [404, 'There is no such {thing}.'],
  BODY_TOO_LARGE: [413, 'The request body is too large. At most {limit} bytes are allowed here.'],
  MEDIA_TYPE_UNSUPPORTED: [415, 'The media type "{type}" is not supported. Send application/json.'],
  CROSS_SITE_REFUSED: [
    403,
    'The request was refused because it came from a page of another site. A program that sends the cookie must add the header "X-Berth-Client".',
  ],
  RATE_LIMITED: [429, 'Too many requests. Try again in {seconds} s.'],
  QUERY_TOO_COMPLEX: [400, 'The query is too complex: {problem}.'],
  USER_NOT_FOUND: [404, 'There is no such user.'],
  EMAIL_TAKEN: [409, 'Another user already has the e-mail address {email}.'],
  LAST_ADMIN: [
    409,
    'The last admin cannot be removed, disabled or given another role. Appoint another admin first.',
  ],
  TOKEN_NOT_FOUND: [404, 'There is no such token. It may have been revoked.'],

  // Labs
  LAB_NOT_FOUND: [404, 'There is no lab "{lab}". The query "labs" lists all labs.'],
  LAB_INVALID: [422, 'The lab cannot be used: {problem}'],
  GIT_FAILED: [502, 'Could not fetch the Git repository "{address}": {problem}.'],
  LAB_SOURCE_NOT_FOUND: [404, 'There is no such lab source.'],
  STEP_NOT_FOUND: [404, 'The lab "{lab}" has no step "{step}".'],
  STEP_HAS_NO_CHECK: [409, 'The step "{step}" has no checks.'],

  // Courses
  COLLECTION_NOT_FOUND: [
    404,
    'No lab belongs to a collection "{collection}". The query "labs" shows the collection of each lab.',
  ],
  COURSE_NOT_FOUND: [404, 'There is no such course, or you are not a member of it.'],
  COURSE_ARCHIVED: [409, 'The course "{course}" is archived. Its instructors can open it again.'],
  COURSE_NOT_OPEN: [409, 'The course "{course}" is not open yet. Ask one of its instructors to open it.'],
  MEMBERSHIP_INACTIVE: [403, 'Your membership of this course is inactive. Ask one of its instructors.'],
  MEMBER_NOT_FOUND: [404, 'There is no such member.'],
  SECTION_NOT_FOUND: [404, 'The course has no such section.'],
  SECTION_NAME_TAKEN: [409, 'The course already has a section "{name}".'],
  LAST_INSTRUCTOR: [409, 'A course needs an instructor. Make somebody else an instructor first.'],
  ASSIGNMENT_NOT_FOUND: [404, 'There is no such assignment.'],
  ASSIGNMENT_NOT_OPEN: [409, 'This assignment opens at {opens}.'],
  ASSIGNMENT_CLOSED: [409, 'This assignment closed at {closed}. Ask an instructor for an extension.'],
  ASSIGNMENT_TIME_OVER: [
    409,
    'The time limit of this attempt, {minutes} minutes, is over. Start over if another attempt is left.',
  ],
  ATTEMPTS_USED: [409, 'All {attempts} attempts at this assignment are used. Ask an instructor for another.'],
  ASSIGNMENT_HAS_WORK: [409, 'Learners have worked on this assignment. Hide it from them instead.'],
  COURSE_HAS_WORK: [409, 'Learners have worked in this course. Archive it instead.'],
  DATES_INVALID: [400, 'The dates do not fit: {problem}.'],
  INVITATION_INVALID: [
    410,
    'This invitation is unknown, expired or revoked. Ask an instructor of the course for a new one.',
  ],
  INVITATION_FULL: [409, 'All {seats} seats of this invitation are taken. Ask an instructor of the course.'],
  INVITATION_EMAIL: [
    403,
    'This invitation is for e-mail addresses of {domain}. Ask an admin to set your address, or an instructor to add you.',
  ],

  // Sessions and machines
  SESSION_NOT_FOUND: [404, 'There is no such session.'],
  SESSION_NOT_READY: [409, 'The session is {state}. Wait until it is ready, or start the lab again.'],
  SESSION_STATE_CONFLICT: [409, 'The session is {state} and cannot {verb} now.'],
  SESSION_EXTEND_LIMIT: [409, 'The session cannot be extended beyond {until}.'],
  SESSION_LIMIT: [
    409,
    'You already have {limit} sessions, which is the maximum. Stop one of them first. A session that is stopping counts until it has ended.',
  ],
  LAB_TOO_LARGE: [
    409,
    'The lab "{lab}" needs {needed}, but the maximum is {maximum}. An admin {remedy}, or makes the lab smaller.',
  ],
  MACHINE_NOT_FOUND: [404, 'The session has no machine "{machine}".'],
  MACHINE_NOT_RUNNING: [409, 'The machine is not running. Restart the session, or start the lab again.'],
  SUBNETS_EXHAUSTED: [
    503,
    'All networks of the subnet pool are in use. Wait for a session to end. An admin can set BERTH_SUBNET_POOL to a larger range, or to one that no route of the host covers.',
  ],
  EGRESS_UNAVAILABLE: [
    503,
    'This lab needs internet access, but the firewall rules for it cannot be set on this engine: {problem}',
  ],
  PROVISIONING_TIMED_OUT: [
    504,
    'The environment was not ready within {seconds} s. Start the lab again. If this happens repeatedly, an admin can find the cause with "berth doctor".',
  ],
  LAB_START_FAILED: [502, 'The lab "{lab}" failed to start. Report this to its author: {problem}'],
  PROVISIONING_INTERRUPTED: [503, 'The service stopped while creating the environment. Start the lab again.'],
  SESSION_IDLE: [410, 'The session ended after {minutes} minutes without activity.'],
  SESSION_LIFETIME_OVER: [410, 'The session ended because its maximum of {minutes} minutes was reached.'],
  MACHINE_LOST: [410, 'A container of this session no longer exists. Start the lab again.'],
  MACHINE_OUT_OF_MEMORY: [
    410,
    'The machine "{machine}" ran out of memory repeatedly and stopped. Start the lab again, and run fewer programs at once.',
  ],
  MACHINE_DISK_FULL: [
    410,
    'The session was stopped because the disk usage of its machine "{machine}" was {used}, and the limit is {limit}. Next time, delete files before the disk is full.',
  ],

  // Saved states
  SAVE_OFF: [409, 'Sessions of the lab "{lab}" cannot be saved.'],
  SAVE_TOO_LARGE: [
    413,
    'The session could not be saved because it holds {size}, and the limit is {limit}. Delete files that you do not need, then save again.',
  ],
  SAVE_OVER_DISK: [
    413,
    'The session could not be saved because the machine "{machine}" holds {size}, and its limit is {limit}. Delete files, then save again: "du -ahx / | sort -h | tail" lists the largest.',
  ],
  SAVE_QUOTA_FULL: [
    409,
    'The session could not be saved because it needs {size}, and your other saved sessions use {used} of {limit}. Delete saved sessions that you do not need. The largest: {largest}.',
  ],
  SAVE_INTERRUPTED: [503, 'The service stopped while it was saving the session. Save it again.'],
  SAVED_STATE_NOT_FOUND: [404, 'There is no such saved state. It may have been deleted.'],
  SAVED_STATE_EXPIRED: [410, 'The saved state was deleted after {days} days. Start the lab again.'],

  // Terminals
  TERMINAL_LIMIT: [
    409,
    'The session already has {limit} open terminals, which is the maximum. Close one of them first.',
  ],
  VIEWER_LIMIT: [
    409,
    'The terminal already has {limit} viewers, which is the maximum. One of them must leave first.',
  ],
  TERMINAL_NOT_FOUND: [404, 'There is no such terminal.'],
  RECORDING_NOT_FOUND: [404, 'There is no such recording.'],
  TERMINAL_ENDED: [410, 'The shell of this terminal has ended. Open a new terminal.'],
  TERMINAL_ELSEWHERE: [503, 'Another process now serves this terminal. Reconnect.'],
  TERMINAL_TOO_SLOW: [503, "The client fell behind the terminal's output. Reconnect."],
  TERMINAL_READ_ONLY: [403, 'This terminal is read-only for you.'],
  TICKET_INVALID: [
    401,
    'This ticket has expired, was already used, or is for another terminal. Request a new one with attachTerminal.',
  ],
  ORIGIN_REFUSED: [
    403,
    'The page at {origin} may not open terminals. Set BERTH_PUBLIC_URL to the address that people use, or add the origin to BERTH_ALLOWED_ORIGINS.',
  ],
  FRAME_INVALID: [400, 'The terminal received an invalid frame: {problem}'],
  FRAME_TOO_LARGE: [413, 'The frame is too large. At most {limit} bytes are allowed.'],
  TERMINAL_SIZE_INVALID: [
    400,
    'The terminal size {rows} by {cols} is invalid. A terminal has 1 to {maxRows} rows and 1 to {maxCols} columns.',
  ],
  SHELL_NOT_STARTED: [502, 'The shell did not start: {problem}'],

  // Previews
  PORT_CLOSED: [502, 'Nothing responds on port {port} of this machine. Start a server there.'],
  GATEWAY_UNAVAILABLE: [
    503,
    'Ports of machines are not accessible here: {problem}. "berth doctor" shows more.',
  ],
  PREVIEWS_OFF: [
    501,
    'Ports cannot be opened in the browser here. Set BERTH_PREVIEW_DOMAIN to a domain whose subdomains all resolve to Berth, such as preview.example.org.',
  ],
  PREVIEW_UNKNOWN: [404, 'This address belongs to no machine. Open the port from the lab again.'],
  PREVIEW_REFUSED: [401, 'This address can only be opened from the lab. Open the port there again.'],
  PREVIEW_ORIGIN_REFUSED: [403, 'The page at {origin} may not access this session.'],
  PREVIEW_LIMIT: [
    429,
    'This session already has {limit} open connections, which is the maximum. Close some of its pages first.',
  ],
  PREVIEW_BROKEN: [
    502,
    'The server on port {port} of the machine "{machine}" does not speak HTTP, or ended before its response was complete.',
  ],

  // Files
  FILE_NOT_FOUND: [404, 'There is nothing at "{path}" that the user of the machine can access.'],
  FILE_DENIED: [403, 'The user of the machine may not {verb} "{path}".'],
  FILE_IS_FOLDER: [409, '"{path}" is a folder: {hint}'],
  FILE_IS_NO_FOLDER: [409, '"{path}" is not a folder.'],
  FILE_IS_SPECIAL: [409, '"{path}" cannot be copied because it is neither a file nor a folder.'],
  FOLDER_NOT_EMPTY: [
    409,
    'The folder "{path}" is not empty. Add "recursive=true" to delete its content too.',
  ],
  ARCHIVE_REFUSED: [422, 'The archive was refused, and nothing was unpacked: {problem}'],
  UPLOAD_TOO_LARGE: [413, 'The upload is too large. At most {limit} bytes are allowed here.'],
  TRANSFER_LIMIT: [
    429,
    '{where} already has {limit} such file transfers, which is the maximum. Wait for one of them to end.',
  ],
  TRANSFER_INTERRUPTED: [502, 'The transfer was interrupted. Try again.'],

  // Checks
  CHECK_BUSY: [409, 'A check of this step is already running. Wait for it to end.'],
  CHECK_TIMED_OUT: [504, 'The check did not finish within {seconds} s and was stopped.'],
  CHECK_OUTPUT_LIMIT: [413, 'The check printed more than {limit} bytes and was stopped.'],
  CHECK_INTERRUPTED: [503, 'The service stopped while the check was running. Run it again.'],
  CHECK_NOT_STARTED: [502, 'The check did not start: {problem}'],
  CHECK_RUNNER_MISSING: [
    502,
    'The check cannot run because an earlier version of Berth created this machine. Save and resume the session, or start a new one. If that does not help, an admin runs "berth up".',
  ],
  CHECK_COPY_LIMIT: [
    413,
    'The check needs a copy of more than {bytes} bytes or {entries} files of the machine. Delete files that you do not need, or ask the author of the lab to name fewer paths.',
  ],
  CHECK_SCORE_INVALID: [
    502,
    'The check returned the invalid score "{score}". The author of the lab must fix the check: a score is a share such as 0.6, 60% or 3/5.',
  ],
  HINT_TOO_EARLY: [
    409,
    'This hint is available after {needed} failed attempts at the step. You have made {failures}. Try again first.',
  ],

  // Engine, database, service
  ENGINE_UNREACHABLE: [503, 'The container engine does not respond. "berth doctor" shows an admin why.'],
  ENGINE_SETUP_REFUSED: [503, '{problem}'],
  ENGINE_REFUSED: [502, 'The container engine refused: {problem}'],
  COMMAND_FAILED: [502, 'A command in the machine failed with exit code {exitCode}: {problem}'],
  IMAGE_NOT_FOUND: [
    404,
    'The image "{image}" is neither on this engine nor in an accessible registry: {problem}',
  ],
  IMAGE_PIN_LOST: [
    409,
    'The image {pinned}, which this version of the lab is pinned to as "{image}", is no longer available: {problem}. Load it onto the engine again, or pin the current image with repinLab.',
  ],
  REGISTRY_UNREACHABLE: [502, 'The registry of the image "{image}" gives no valid response: {problem}'],
  REGISTRY_DENIED: [
    502,
    'The registry of the image "{image}" rejected Berth\'s credentials. An admin can set others with setRegistryCredential. The registry says: {problem}',
  ],
  IMAGE_NOT_OURS: [
    409,
    'Berth does not change the image "{image}" because it neither pulled nor built it. Use another name, or the tools of the engine.',
  ],
  IMAGE_IN_USE: [409, 'The image "{image}" is in use: {problem}'],
  JOB_BUSY: [409, 'A job on "{subject}" is already running. Wait for it to end, or cancel it.'],
  JOB_LIMIT: [
    503,
    'There are already {limit} waiting jobs, which is the maximum. Wait for some to end, or cancel them.',
  ],
  JOB_TIMED_OUT: [504, 'The job did not finish within {minutes} minutes and was stopped.'],
  JOB_INTERRUPTED: [503, 'The service stopped while the job was running. Start it again.'],
  UPLOAD_BROKEN: [400, 'The upload ended before it was complete: {problem}'],
  SECRET_UNREADABLE: [
    500,
    'The stored secret of {thing} cannot be decrypted with the current key. Set BERTH_SECRET_KEY to the key that encrypted it, or store the secret again.',
  ],
  NESTED_ENGINE_UNAVAILABLE: [
    503,
    'A machine cannot have its own container engine here: {problem}. "berth doctor" shows more.',
  ],
  ROOT_REFUSED: [
    403,
    'Commands cannot run as root in a machine with its own container engine. Name its user, or none.',
  ],
  LOCAL_REGISTRY_UNAVAILABLE: [503, 'The local registry cannot be used: {problem}.'],
  LOCAL_REGISTRY_REFUSED: [502, 'The local registry refused: {problem}. {remedy}.'],
  IMAGE_BUILD_FAILED: [502, 'The image "{image}" could not be built: {problem}'],
  CONTAINER_NOT_FOUND: [404, 'The container no longer exists.'],
  DISK_FULL: [507, 'The disk of {where} is full. Free some space and try again.'],
  DATABASE_UNREACHABLE: [503, 'The database does not respond. "berth doctor" shows an admin why.'],
  DATABASE_BUSY: [503, 'The database is overloaded. Try again in a moment.'],
  MIGRATION_FAILED: [500, 'The database could not be migrated to this version: {problem}'],
  CONFIG_INVALID: [500, '{problem}'],
  EVENTS_CLOSED: [503, 'The service is stopping.'],
  SHUTTING_DOWN: [503, 'The service is stopping. Try again in a moment.'],
  INTERNAL: [500, 'An internal error occurred. The log has the details under this request id.'],
} as const satisfies Record<string, readonly [status: number, message: string]>;
