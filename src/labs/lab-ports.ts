import { z } from 'zod';

/** A machine has that many servers at most that a page can show as links. */
const MOST_PORTS = 20;
const LONGEST_NAME = 60;

const number = z
  .number({ error: 'must be the number of a port, such as 8080' })
  .int()
  .min(1, 'must be 1 to 65535')
  .max(65_535, 'must be 1 to 65535');

/** Keys of a port that has a name. */
export const portShape = {
  port: number,
  name: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(LONGEST_NAME)
    .refine((text) => !/\p{Cc}/u.test(text), 'must be a single line'),
};

/** A machine's `ports`: numbers, or numbers with the names that learners read. */
export const portsSchema = z
  .array(
    z.union([number, z.strictObject(portShape)], {
      error: 'must be the number of a port, or have "port" and "name"',
    }),
  )
  .max(MOST_PORTS)
  .default([])
  .transform((ports) =>
    ports.map((given) => (typeof given === 'number' ? { port: given, name: `Port ${given}` } : given)),
  )
  .refine(
    (ports) => new Set(ports.map(({ port }) => port)).size === ports.length,
    'must name each port once',
  );
