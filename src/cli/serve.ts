import { defineCommand } from 'citty';
import { readConfig } from '../config/config.ts';
import { serve } from '../main.ts';
import { printAddress } from './print-address.ts';

/** `berth serve`: only the service; the engine and the images must be there. */
export const serveCommand = defineCommand({
  meta: { name: 'serve', description: 'Run the service on an engine that is there.' },
  async run() {
    printAddress(await serve(readConfig(process.env)));
  },
});
