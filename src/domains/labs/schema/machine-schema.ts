import { z } from 'zod';
import { filesSchema } from './file-schema.ts';
import type { WrittenLab } from './written-lab.ts';
import { mapping } from './mapping.ts';
import { argument, image, user } from './names.ts';
import { portsSchema } from './port-schema.ts';
import { cpus, size } from './quantities.ts';
import { machineStart } from './script-schema.ts';

/** The shell of terminals where a lab names none: bash if the image has it. */
const DEFAULT_SHELL = ['/bin/sh', '-c', 'command -v bash >/dev/null && exec bash -l; exec sh -l'];

const machineName = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/,
    'must be small letters, digits and hyphens, starting with a letter, such as "main"',
  );

const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not a name that an environment variable can have'),
  argument.max(32 * 1024),
);

const folder = z
  .string()
  .max(255)
  .refine(
    (path) => /^(\/[^/\0]+)+$/.test(path) && !/\/\.\.?(\/|$)/.test(path),
    'must be the absolute path of a folder, such as "/var/lib/data"',
  );

/** A machine of the lab. */
export function machineSchema(source: WrittenLab) {
  return mapping({
    name: machineName.describe("Host name on the session's networks."),
    image: image.describe('Container image that it is made from.'),
    networks: z
      .array(z.string())
      .optional()
      .describe("Names of the lab's networks that it is on; all when absent."),
    volumes: z
      .array(folder)
      .max(8)
      .default([])
      .describe("Paths of folders that are kept beside the machine's own file system."),
    profile: z
      .enum(['standard', 'restricted', 'nested'])
      .default('standard')
      .describe(
        'standard: root may do what apt needs. restricted: an ordinary user without any capability. nested: an ordinary user with a Docker engine of their own.',
      ),
    user: user.optional().describe("Whose terminals these are; the image's own user when absent."),
    shell: z
      .array(argument.min(1))
      .min(1)
      .max(32)
      .default(DEFAULT_SHELL)
      .describe('Command of a terminal, as a list; bash if the image has it, else sh, when absent.'),
    environment: environment.default({}).describe('Variables. Numbers are written in quotes.'),
    memory: size('256 MiB')
      .optional()
      .describe('With its unit, such as 256 MiB, which it is when absent; 768 MiB in a nested machine.'),
    cpus: cpus.default(1).describe('Processors, such as 0.5.'),
    disk: size('2 GiB')
      .optional()
      .describe('Most that it may write, such as 2 GiB, which it is when absent; 4 GiB in a nested machine.'),
    pids: z
      .number()
      .int()
      .min(16)
      .max(32_768)
      .optional()
      .describe('Most processes; 256 when absent, 400 in a nested machine.'),
    ports: portsSchema(source).describe('Web servers that learners open in the browser.'),
    files: filesSchema(source).describe("Files of the lab's folder that are placed in it."),
    start: machineStart(source)
      .default([])
      .describe('Scripts that run once in the fresh machine, before it is ready.'),
  });
}
