/** What bash, dash, env and sudo print of a program that they do not find. */
const NOT_FOUND = [
  /^.*?(?:line \d+|bash|sh|\d+): (\S+): (?:command )?not found$/gm,
  /^(?:\/usr\/bin\/)?env: [‘'"](\S+?)[’'"]: No such file or directory$/gm,
  /^sudo: (\S+): command not found$/gm,
];

/** Most programs that are reported of one step. */
const MOST = 10;

/** Programs that shells did not find, by what they printed, each once. Pure. */
export function programsNotFound(outputs: readonly string[]): string[] {
  const found = outputs.flatMap((output) =>
    NOT_FOUND.flatMap((pattern) => [...output.matchAll(pattern)].map(([, name = '']) => name)),
  );
  return [...new Set(found)].slice(0, MOST);
}
