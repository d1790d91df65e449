/** The folder of labs where a command names none. Read without the other settings, which authors need not have. */
export function labsDirectory(): string {
  return process.env['BERTH_LABS_DIR'] || 'labs';
}
