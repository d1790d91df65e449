import { z } from 'zod';
import type { WrittenLab } from './written-lab.ts';
import { localizedLine } from './localized.ts';
import { mapping } from './mapping.ts';

/** A machine has that many servers at most that a page can show as links. */
const MOST_PORTS = 20;
const LONGEST_NAME = 60;

/** Number of a port. */
export const portNumber = z
  .number({ error: 'must be the number of a port, such as 8080' })
  .int()
  .min(1, 'must be 1 to 65535')
  .max(65_535, 'must be 1 to 65535');

/** A machine's `ports`: numbers, or numbers with the names that learners read. */
export function portsSchema(source: WrittenLab) {
  const named = mapping({
    port: portNumber.describe('On which the machine has, or gets, a web server.'),
    name: localizedLine(source, LONGEST_NAME).describe('What the button says.'),
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
      'must name each port once',
    );
}
