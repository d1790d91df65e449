import { z } from 'zod';
import type { LabContext } from './lab-context.ts';
import { localizedLine } from './localized.ts';
import { mapping, argument, image, user, cpus, size } from './values.ts';
import { filesSchema } from './file-schema.ts';
import { machineStart } from './script-schema.ts';

/** Maximum number of ports of a machine: the page shows a link for each. */
const MOST_PORTS = 20;
const LONGEST_NAME = 60;

/** A port number. */
export const portNumber = z
  .number({ error: 'must be the number of a port, such as 8080' })
  .int()
  .min(1, 'must be 1 to 65535')
  .max(65_535, 'must be 1 to 65535');

/** A machine's `ports`: port numbers, optionally with display names. */
function portsSchema(source: LabContext) {
  const named = mapping({
    port: portNumber.describe('Port on which a web server runs or will run.'),
    name: localizedLine(source, LONGEST_NAME).describe('Label of the button.'),
  });
  const bare = portNumber.transform((port) => {
    const name = `Port ${port}`;
    return { port, name: Object.fromEntries(source.languages.map((language) => [language, name])) };
  });
  return z
    .array(z.union([bare, named], { error: 'must be the number of a port, or have "port" and "name"' }))
    .max(MOST_PORTS)
    .default([])
    .refine(
      (ports) => new Set(ports.map(({ port }) => port)).size === ports.length,
      'must list each port only once',
    );
}

/** Default shell of terminals: bash if the image has it. */
const DEFAULT_SHELL = ['/bin/sh', '-c', 'command -v bash >/dev/null && exec bash -l; exec sh -l'];

const machineName = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/,
    'must have only lower-case letters, digits and hyphens, and start with a letter, such as "main"',
  );

const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not a valid name of an environment variable'),
  argument.max(32 * 1024),
);

const folder = z
  .string()
  .max(255)
  .refine(
    (path) => /^(\/[^/\0]+)+$/.test(path) && !/\/\.\.?(\/|$)/.test(path),
    'must be the absolute path of a folder, such as "/var/lib/data"',
  );

/** The schema of a machine. */
export function machineSchema(source: LabContext) {
  return mapping({
    name: machineName.describe("Host name on the session's networks."),
    image: image.describe('Container image.'),
    networks: z
      .array(z.string())
      .optional()
      .describe("Names of the lab's networks that it joins. Default: all."),
    volumes: z
      .array(folder)
      .max(8)
      .default([])
      .describe("Paths of folders that are volumes, outside the machine's root file system."),
    profile: z
      .enum(['standard', 'restricted', 'nested'])
      .default('standard')
      .describe(
        'standard: root can install packages. restricted: a regular user without capabilities. nested: a regular user with their own Docker engine.',
      ),
    user: user.optional().describe("User of terminals. Default: the image's user."),
    shell: z
      .array(argument.min(1))
      .min(1)
      .max(32)
      .default(DEFAULT_SHELL)
      .describe('Command of a terminal, as a list. Default: bash if the image has it, otherwise sh.'),
    environment: environment.default({}).describe('Environment variables. Write numbers in quotes.'),
    memory: size('256 MiB')
      .optional()
      .describe('Memory limit with its unit. Default: 256 MiB, or 768 MiB in a nested machine.'),
    cpus: cpus.default(1).describe('CPU limit in processors, such as 0.5.'),
    disk: size('2 GiB')
      .optional()
      .describe('Disk limit with its unit. Default: 2 GiB, or 4 GiB in a nested machine.'),
    pids: z
      .number()
      .int()
      .min(16)
      .max(32_768)
      .optional()
      .describe('Limit of processes. Default: 256, or 400 in a nested machine.'),
    ports: portsSchema(source).describe('Web servers that learners open in the browser.'),
    files: filesSchema(source).describe("Files of the lab's folder that are copied into it."),
    start: machineStart(source)
      .default([])
      .describe('Scripts that run once in a new machine, before it is ready.'),
  });
}
