import { z } from 'zod';
import { emptyContext } from '../../schema/lab-context.ts';
import { machineSchema } from '../../schema/machine-schema.ts';
import { mapping } from '../../schema/mapping.ts';
import { size } from '../../schema/quantities.ts';

const machine = machineSchema(emptyContext).shape;

/** A size, which is copied to the lab unchanged. */
const memory = z
  .string()
  .refine(
    (written) => size('1 GiB').safeParse(written).success,
    'must be a size with its unit, such as "1 GiB", from 16 MiB to 1 TiB',
  );

/** The environment for an imageid. */
const runs = mapping({
  image: machine.image,
  hosts: z.array(machine.name).min(1).max(10).optional(),
  folder: z
    .string()
    .regex(/^\/\S*$/, 'must be an absolute path, such as "/root"')
    .optional(),
  memory: memory.optional(),
  cpus: z.number().min(0.05).max(256).optional(),
  profile: machine.profile.unwrap().optional(),
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be the name of a user in the image')
    .optional(),
  registry: z.boolean().optional(),
  lacks: z.array(z.string().regex(/^[\w.+-]+$/, 'must be the name of a program')).optional(),
});

const refused = mapping({ refuse: z.string().min(1) });

/** Entries by imageid; `*` matches any characters. */
export const environmentTable = z.record(
  z.string(),
  z.union([runs, refused], { error: 'must have "image", or "refuse" with the reason' }),
);

export type EnvironmentTable = z.output<typeof environmentTable>;
