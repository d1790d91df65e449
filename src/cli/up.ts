import { defineCommand } from 'citty';
import { readConfig } from '../config/config.ts';
import { serve } from '../main.ts';
import { ensureHost } from '../host-setup/host.ts';
import { imagesFolder } from '../host-setup/project-folders.ts';
import { createSteps } from '../../setup/steps.mjs';
import { printAddress } from './print-address.ts';

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
