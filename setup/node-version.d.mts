/** Undefined when Node of this version can run Berth, or else what to say, with what to do. */
export function nodeProblem(version: string): string | undefined;
