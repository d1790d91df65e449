import { z } from 'zod';
import { portShape, portsSchema } from './lab-ports.ts';
import type { TextSchema } from './lab-texts.ts';
import { parseBytes, parseNumber } from '../units.ts';
import { MOST_WARM, parseWarmTime } from './warm-time.ts';
import { isMapping } from './written.ts';

const MIB = 1024 * 1024;

/** Longest life of a session, in minutes: thirty days. */
const LONGEST_MINUTES = 30 * 24 * 60;

/** Networks of one lab: each takes a subnet of the pool. */
const MAX_NETWORKS = 4;

/** The shell of terminals where a lab names none: bash if the image has it. */
const DEFAULT_SHELL = ['/bin/sh', '-c', 'command -v bash >/dev/null && exec bash -l; exec sh -l'];

const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(most)
    .refine((text) => !/\p{Cc}/u.test(text), 'must be a single line');

const name = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'must be small letters, digits and hyphens, such as "find-your-way"',
  );

const user = z
  .string()
  .regex(/^([a-z_][a-z0-9_-]{0,31}|\d{1,9})$/, 'must be the name or number of a user, such as "learner"');

const argument = z.string().refine((text) => !text.includes('\0'), 'must not hold a NUL character');

const minutes = z.number().positive().max(LONGEST_MINUTES);

const size = (example: string) =>
  z.unknown().transform((value, context) => {
    const bytes = typeof value === 'string' ? parseBytes(value) : undefined;
    if (bytes !== undefined && bytes >= 16 * MIB && bytes <= 1024 * 1024 * MIB) return bytes;
    context.addIssue({
      code: 'custom',
      message: `must be a size with its unit, such as "${example}", from 16 MiB to 1 TiB`,
    });
    return z.NEVER;
  });

const cpus = z.unknown().transform((value, context) => {
  const number = parseNumber(value);
  if (number !== undefined && number >= 0.05 && number <= 256) return number;
  context.addIssue({
    code: 'custom',
    message: 'must be a number of processors from 0.05 to 256, such as 0.5',
  });
  return z.NEVER;
});

const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not a name that an environment variable can have'),
  argument.max(32 * 1024),
);

const networkName = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,14}[a-z0-9])?$/,
    'must be up to 16 small letters, digits and hyphens, starting with a letter, such as "front"',
  );

const networks = z
  .record(networkName, z.enum(['isolated', 'internet']))
  .refine((given) => Object.keys(given).length > 0, 'must name a network, or be left out')
  .refine((given) => Object.keys(given).length <= MAX_NETWORKS, `must have at most ${MAX_NETWORKS} networks`);

const folder = z
  .string()
  .max(255)
  .refine(
    (path) => /^(\/[^/\0]+)+$/.test(path) && !/\/\.\.?(\/|$)/.test(path),
    'must be the absolute path of a folder, such as "/var/lib/data"',
  );

const machine = {
  name: z
    .string()
    .regex(
      /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/,
      'must be small letters, digits and hyphens, starting with a letter, such as "main"',
    ),
  image: z.string().regex(/^[\w][\w.:/@-]{0,254}$/, 'must name a container image, such as "berth/lab-linux"'),
  networks: z.array(z.string()).optional(),
  volumes: z.array(folder).max(8).default([]),
  profile: z.enum(['standard', 'restricted']).default('standard'),
  user: user.optional(),
  shell: z.array(argument.min(1)).min(1).max(32).default(DEFAULT_SHELL),
  environment: environment.default({}),
  memory: size('256 MiB').default(256 * MIB),
  cpus: cpus.default(1),
  disk: size('2 GiB').default(2048 * MIB),
  pids: z.number().int().min(16).max(32_768).default(256),
  ports: portsSchema,
};

const lifetime = {
  idle: minutes.optional(),
  total: minutes.optional(),
  max: minutes.optional(),
};

const warmTime = z.unknown().transform((value, context) => {
  const time = parseWarmTime(typeof value === 'string' ? value : '');
  if (typeof time !== 'string') return time;
  context.addIssue({ code: 'custom', message: time });
  return z.NEVER;
});

const warm = {
  count: z.number().int().min(0).max(MOST_WARM).default(0),
  schedule: z.array(warmTime).max(50).default([]),
};

/** `warm: 2` is short for `warm: { count: 2 }`. */
const warmShort = z
  .unknown()
  .transform((value, context) => {
    if (typeof value === 'number') return { count: value };
    if (isMapping(value)) return value;
    context.addIssue({
      code: 'custom',
      message: 'must be how many, such as 2, or a mapping with "count" and "schedule"',
    });
    return z.NEVER;
  })
  .pipe(z.strictObject(warm));

const check = (text: TextSchema) => ({
  script: text,
  machine: z.string().optional(),
  user: user.optional(),
  timeout: z.number().positive().max(600).default(10),
});

const step = (text: TextSchema) => ({
  id: name,
  title: line(120),
  instructions: text,
  check: z.strictObject(check(text)).optional(),
});

const lab = (text: TextSchema) => ({
  title: line(120),
  summary: line(500).default(''),
  minutes: z.number().int().min(1).max(LONGEST_MINUTES).optional(),
  course: name.optional(),
  machines: z.array(z.strictObject(machine)).min(1).max(10),
  network: z.enum(['none', 'isolated', 'internet']).optional(),
  networks: networks.optional(),
  registry: z.boolean().default(false),
  lifetime: z.strictObject(lifetime).default({}),
  warm: warmShort.default({ count: 0, schedule: [] }),
  save: z.boolean().default(true),
  introduction: text.default(''),
  conclusion: text.default(''),
  steps: z
    .array(z.strictObject(step(text)))
    .max(100)
    .default([]),
});

/** Schema of lab.yaml; `text` turns paths to files into their texts. */
export function labSchema(text: TextSchema) {
  return z.strictObject(lab(text));
}

/** A valid lab.yaml, units parsed, files read, plain defaults filled in. */
export type LabDocument = z.output<ReturnType<typeof labSchema>>;

/** Keys that the mapping at `path` may have; none where any may. */
export function knownKeys(path: readonly PropertyKey[]): string[] {
  const text = z.string();
  const shapes: Record<string, object> = {
    '': lab(text),
    machines: machine,
    'machines.ports': portShape,
    lifetime,
    warm,
    steps: step(text),
    'steps.check': check(text),
  };
  return Object.keys(shapes[path.filter((part) => typeof part === 'string').join('.')] ?? {});
}
