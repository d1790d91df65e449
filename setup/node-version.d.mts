/** Returns what to do if this version of Node is too old for Berth; undefined if it is not. */
export function nodeProblem(version: string): string | undefined;
