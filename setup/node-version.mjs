const [MAJOR, MINOR] = [20, 19];

/** Undefined when this Node can run Berth, or else what to say. */
export function nodeProblem(version) {
  const [major, minor] = version.split('.').map(Number);
  if (major > MAJOR || (major === MAJOR && minor >= MINOR)) return undefined;
  return [
    `Berth needs Node ${MAJOR}.${MINOR} or later; this is ${version}.`,
    '  Debian 13:  apt-get install nodejs npm',
    '  elsewhere:  https://nodejs.org/en/download',
  ].join('\n');
}
