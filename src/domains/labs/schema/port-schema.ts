import { z } from 'zod';
import type { LabContext } from './lab-context.ts';
import { localizedLine } from './localized.ts';
import { mapping } from './mapping.ts';

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
export function portsSchema(source: LabContext) {
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
