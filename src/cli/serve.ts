import { defineCommand } from 'citty';
import { readConfig } from '../config/config.ts';
import { serve } from '../main.ts';
import { printAddress } from './print-address.ts';

/** `berth serve`: starts only the service. The engine and the images must exist. */
export const serveCommand = defineCommand({
  meta: { name: 'serve', description: 'Run the service on an existing engine.' },
  async run() {
    printAddress(await serve(readConfig(process.env)));
  },
});
