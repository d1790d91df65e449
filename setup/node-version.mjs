const [MAJOR, MINOR] = [20, 19];

/** Returns what to do if this version of Node is too old for Berth; undefined if it is not. */
export function nodeProblem(version) {
  const [major, minor] = version.split('.').map(Number);
  if (major > MAJOR || (major === MAJOR && minor >= MINOR)) return undefined;
  return [
    `Berth needs Node ${MAJOR}.${MINOR} or later; this is ${version}.`,
    '  Debian 13:  apt-get install nodejs npm',
    '  elsewhere:  https://nodejs.org/en/download',
  ].join('\n');
}
