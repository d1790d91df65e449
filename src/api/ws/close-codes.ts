import { fault, isFault } from '../../core/errors.ts';
import type { Fault, FaultCode } from '../../core/errors.ts';

/** Subprotocol of terminal sockets. An incompatible version gets a new name. */
export const TERMINAL_PROTOCOL = 'berth.terminal.v1';

/** The shell ended, and a control frame reported its exit code. */
export const CLOSE_EXITED = 1000;

/**
 * Close code of a socket for each error. The reason is the name of the error code. Codes from 4000, 1000 and 1009 are
 * final; after the others, clients should retry.
 */
export const closeCodes: Record<FaultCode, number> = {
  // The client made an invalid request; a retry would fail too.
  INPUT_INVALID: 4400,
  FRAME_INVALID: 4400,
  TERMINAL_SIZE_INVALID: 4400,
  QUERY_TOO_COMPLEX: 4400,
  BODY_TOO_LARGE: 4400,
  UPLOAD_BROKEN: 4400,
  SAVE_TOO_LARGE: 4400,
  SAVE_OVER_DISK: 4400,
  MEDIA_TYPE_UNSUPPORTED: 4400,
  ARCHIVE_REFUSED: 4400,
  UPLOAD_TOO_LARGE: 4400,
  FRAME_TOO_LARGE: 1009,

  // The client is not allowed to do this, or not any more.
  UNAUTHENTICATED: 4401,
  TOKEN_EXPIRED: 4401,
  SIGN_IN_LINK_INVALID: 4401,
  TICKET_INVALID: 4401,
  TERMINAL_READ_ONLY: 4403,
  FORBIDDEN: 4403,
  ROOT_REFUSED: 4403,
  ORIGIN_REFUSED: 4403,
  CROSS_SITE_REFUSED: 4403,
  PREVIEW_REFUSED: 4401,
  PREVIEW_ORIGIN_REFUSED: 4403,
  FILE_DENIED: 4403,

  // The object does not exist.
  NOT_FOUND: 4404,
  USER_NOT_FOUND: 4404,
  TOKEN_NOT_FOUND: 4404,
  LAB_NOT_FOUND: 4404,
  LAB_SOURCE_NOT_FOUND: 4404,
  STEP_NOT_FOUND: 4404,
  SESSION_NOT_FOUND: 4404,
  MACHINE_NOT_FOUND: 4404,
  TERMINAL_NOT_FOUND: 4404,
  RECORDING_NOT_FOUND: 4404,
  CONTAINER_NOT_FOUND: 4404,
  IMAGE_NOT_FOUND: 4404,
  PREVIEW_UNKNOWN: 4404,
  SAVED_STATE_NOT_FOUND: 4404,
  FILE_NOT_FOUND: 4404,

  // The state of the object does not allow this.
  EMAIL_TAKEN: 4409,
  LAST_ADMIN: 4409,
  STEP_HAS_NO_CHECK: 4409,
  HINT_TOO_EARLY: 4409,
  SESSION_NOT_READY: 4409,
  SESSION_STATE_CONFLICT: 4409,
  SESSION_EXTEND_LIMIT: 4409,
  SESSION_LIMIT: 4409,
  SAVE_QUOTA_FULL: 4409,
  LAB_TOO_LARGE: 4409,
  TERMINAL_LIMIT: 4409,
  VIEWER_LIMIT: 4409,
  PREVIEWS_OFF: 4409,
  SAVE_OFF: 4409,
  CHECK_BUSY: 4409,
  IMAGE_NOT_OURS: 4409,
  IMAGE_IN_USE: 4409,
  JOB_BUSY: 4409,
  MACHINE_NOT_RUNNING: 4409,
  FILE_IS_FOLDER: 4409,
  FILE_IS_NO_FOLDER: 4409,
  FILE_IS_SPECIAL: 4409,
  FOLDER_NOT_EMPTY: 4409,

  // The object has ended.
  TERMINAL_ENDED: 4410,
  SESSION_IDLE: 4410,
  SESSION_LIFETIME_OVER: 4410,
  MACHINE_LOST: 4410,
  SAVED_STATE_EXPIRED: 4410,
  MACHINE_OUT_OF_MEMORY: 4410,
  MACHINE_DISK_FULL: 4410,

  // The lab or its image has a problem.
  LAB_INVALID: 4502,
  LAB_START_FAILED: 4502,
  GIT_FAILED: 4502,
  SHELL_NOT_STARTED: 4502,
  IMAGE_PIN_LOST: 4502,
  IMAGE_BUILD_FAILED: 4502,
  REGISTRY_UNREACHABLE: 4502,
  REGISTRY_DENIED: 4502,
  JOB_TIMED_OUT: 4502,
  CHECK_TIMED_OUT: 4502,
  CHECK_OUTPUT_LIMIT: 4502,
  CHECK_NOT_STARTED: 4502,
  CHECK_RUNNER_MISSING: 4502,
  CHECK_COPY_LIMIT: 4502,
  CHECK_SCORE_INVALID: 4502,
  EGRESS_UNAVAILABLE: 4502,
  NESTED_ENGINE_UNAVAILABLE: 4502,
  LOCAL_REGISTRY_UNAVAILABLE: 4502,
  LOCAL_REGISTRY_REFUSED: 4502,
  ENGINE_REFUSED: 4502,
  PORT_CLOSED: 4502,
  PREVIEW_BROKEN: 4502,
  GATEWAY_UNAVAILABLE: 4502,
  COMMAND_FAILED: 4502,

  // The service has a problem.
  INTERNAL: 1011,
  MIGRATION_FAILED: 1011,
  CONFIG_INVALID: 1011,
  ENGINE_SETUP_REFUSED: 1011,
  SECRET_UNREADABLE: 1011,

  // The service restarts.
  SHUTTING_DOWN: 1012,
  TERMINAL_ELSEWHERE: 1012,
  EVENTS_CLOSED: 1012,
  PROVISIONING_INTERRUPTED: 1012,
  CHECK_INTERRUPTED: 1012,
  JOB_INTERRUPTED: 1012,
  SAVE_INTERRUPTED: 1012,

  // The service is overloaded, or waits for a dependency.
  RATE_LIMITED: 1013,
  TERMINAL_TOO_SLOW: 1013,
  PREVIEW_LIMIT: 1013,
  SUBNETS_EXHAUSTED: 1013,
  PROVISIONING_TIMED_OUT: 1013,
  ENGINE_UNREACHABLE: 1013,
  DATABASE_UNREACHABLE: 1013,
  DATABASE_BUSY: 1013,
  DISK_FULL: 1013,
  JOB_LIMIT: 1013,
  TRANSFER_LIMIT: 1013,
  TRANSFER_INTERRUPTED: 1013,
};

/** Returns whether a client should retry with a new ticket after a close with this code. */
export function isRetryable(closeCode: number): boolean {
  return closeCode < 4000 && closeCode !== CLOSE_EXITED && closeCode !== closeCodes.FRAME_TOO_LARGE;
}

/** Returns the fault to show for an error: a fault itself, or INTERNAL with any other error as its cause. */
export function toFault(error: unknown): Fault {
  return isFault(error) ? error : fault('INTERNAL', {}, error);
}
