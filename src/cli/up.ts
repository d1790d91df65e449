import { defineCommand } from 'citty';
import { readConfig } from '../config/config.ts';
import { serve } from '../main.ts';
import { ensureMachine } from '../host-setup/machine.ts';
import { imagesFolder } from '../host-setup/project-folders.ts';
import { createSteps } from '../../setup/steps.mjs';
import { printAddress } from './print-address.ts';

/** `berth up`: makes the machine ready, then runs the service. What is there already is left as it is. */
export const upCommand = defineCommand({
  meta: { name: 'up', description: 'Set up what is missing on this machine, then run the service.' },
  async run() {
    const config = readConfig(process.env);
    const steps = createSteps({ output: process.stderr });
    await ensureMachine({ env: process.env, steps, imagesFolder });
    const running = await steps.run('service', async () => ({ ...(await serve(config)), note: 'started' }));
    printAddress(running);
  },
});
