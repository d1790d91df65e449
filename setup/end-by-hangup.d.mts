/** Exit code of a program that SIGHUP ended, by the convention of shells. */
export const HUNG_UP: number;

/** Ends this process by SIGHUP after everything is stopped. `process.exit` would crash without its terminal. */
export function endByHangup(): void;
