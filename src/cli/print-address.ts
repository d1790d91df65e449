import type { RunningService } from '../main.ts';

/** Prints the URL of the service, and the link for the first sign-in. */
export function printAddress({ url, signInUrl }: RunningService): void {
  process.stdout.write(`\nBerth is ready at ${url}\n`);
  if (signInUrl) {
    process.stdout.write(`Sign in as admin, once, within the hour: ${signInUrl}\n`);
  }
}
