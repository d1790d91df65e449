/** Files that can run at the same time before two of them share networks. */
const MOST_JOBS = 8;

/** The number of this file among the parallel ones. They share an engine, where networks must not overlap. */
export const JOB = Number(process.env['TAP_JOB_ID'] ?? 0) % MOST_JOBS;

/** The second number of the first network. Checkouts that test on one engine at the same time each choose their own. */
const FIRST = Number(process.env['BERTH_TEST_NETWORKS'] ?? 240);

/** Networks for the sessions of this file, which no parallel file uses. */
export const SESSION_POOL = `10.${FIRST + JOB}.0.0/16`;

/** Matches an address in {@link SESSION_POOL}. */
export const SESSION_ADDRESS = new RegExp(`^10\\.${FIRST + JOB}\\.`);
