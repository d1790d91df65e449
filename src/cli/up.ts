import { defineCommand } from 'citty';
import { readConfig } from '../config/config.ts';
import { serve } from '../main.ts';
import type { RunningService } from '../main.ts';
import { ensureHost } from '../host-setup/host.ts';
import { imagesFolder } from '../host-setup/lab-images.ts';
import { createSteps } from '../../setup/steps.mjs';

/** `berth serve`: starts only the service. The engine and the images must exist. */
export const serveCommand = defineCommand({
  meta: { name: 'serve', description: 'Run the service on an existing engine.' },
  async run() {
    printAddress(await serve(readConfig(process.env)));
  },
});

/** `berth up`: sets up the host, then runs the service. Existing parts of the setup stay unchanged. */
export const upCommand = defineCommand({
  meta: { name: 'up', description: 'Set up what is missing on this host, then run the service.' },
  async run() {
    const config = readConfig(process.env);
    const steps = createSteps({ output: process.stderr });
    await ensureHost({ env: process.env, steps, imagesFolder });
    const running = await steps.run('service', async () => ({ ...(await serve(config)), note: 'started' }));
    printAddress(running);
  },
});

/** Prints the URL of the service, and the link for the first sign-in. */
function printAddress({ url, localUrl, signInUrl }: RunningService): void {
  const lines = [`Berth is ready at ${url}`];
  if (localUrl !== url) lines.push(`It listens at ${localUrl}`);
  if (signInUrl) lines.push(`Sign in as admin, once, within the hour: ${signInUrl}`);
  process.stdout.write(`\n${lines.join('\n')}\n`);
}
