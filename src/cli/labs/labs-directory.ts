/** Returns the default folder of labs. It does not read the other settings, which authors may not have. */
export function labsDirectory(): string {
  return process.env['BERTH_LABS_DIR'] || 'labs';
}
