/** Exit code of a program that a hang-up ended, as shells count. */
export const HUNG_UP: number;

/** Ends this process by SIGHUP, once all is stopped: never by `process.exit`, which crashes without its terminal. */
export function endByHangup(): void;
