import { defineCommand } from 'citty';
import { readConfig } from '../config/config.ts';
import { examine, formatFindings } from '../host-setup/doctor.ts';
import { imagesFolder } from '../host-setup/lab-images.ts';

/** `berth doctor`: exits with code 1 if something that Berth needs is missing. */
export const doctorCommand = defineCommand({
  meta: {
    name: 'doctor',
    description: 'Check what Berth needs on this host, and how to fix what is missing.',
  },
  async run() {
    const findings = await examine({ config: readConfig(process.env), env: process.env, imagesFolder });
    process.stdout.write(formatFindings(findings));
    if (findings.some(({ state }) => state === 'missing')) process.exitCode = 1;
  },
});
