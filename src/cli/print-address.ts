import type { RunningService } from '../main.ts';

/** Tells the person who started the service where it is, and how to sign in the first time. */
export function printAddress({ url, signInUrl }: RunningService): void {
  process.stdout.write(`\nBerth is ready at ${url}\n`);
  if (signInUrl) {
    process.stdout.write(`Sign in as admin, once, within the hour: ${signInUrl}\n`);
  }
}
