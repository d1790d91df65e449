/** A use case that a test does not call. */
export async function unused(): Promise<never> {
  throw new Error('not called by this test');
}
