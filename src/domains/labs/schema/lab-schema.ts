import { z } from 'zod';
import type { WrittenLab } from './written-lab.ts';
import { languages } from './language-schema.ts';
import { localizedLine, localizedPage } from './localized.ts';
import { machineSchema } from './machine-schema.ts';
import { mapping } from './mapping.ts';
import { stepSchema } from './step-schema.ts';
import { name } from './names.ts';
import { MOST_WARM, WARM_TIME_PROBLEM, parseWarmTime } from '../warm-time.ts';

/** Times of one lab's schedule. */
const MOST_TIMES = 50;

const warmTime = z.string({ error: WARM_TIME_PROBLEM }).transform((value, context) => {
  const time = parseWarmTime(value);
  if (typeof time !== 'string') return time;
  context.addIssue({ code: 'custom', message: time });
  return z.NEVER;
});

const count = z.number().int().min(0).max(MOST_WARM);

/** Prewarmed environments: `warm: 2` is short for `warm: { count: 2 }`. */
const warm = z
  .union(
    [
      count.transform((count) => ({ count, schedule: [] })),
      mapping({
        count: count.default(0).describe('Kept ready while the lab is in use.'),
        schedule: z
          .array(warmTime)
          .max(MOST_TIMES)
          .default([])
          .describe('Days and times with how many are ready by then, such as "Monday 09:00, 60".'),
      }),
    ],
    { error: 'must be how many, such as 2, or a mapping with "count" and "schedule"' },
  )
  .prefault(0)
  .describe('How many environments are prewarmed.');

/** Networks of one lab: each takes a subnet of the pool. */
const MAX_NETWORKS = 4;

const networkName = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,14}[a-z0-9])?$/,
    'must be up to 16 small letters, digits and hyphens, starting with a letter, such as "front"',
  );

/** The one network of a lab. */
const network = z
  .enum(['none', 'isolated', 'internet'])
  .optional()
  .describe('What the machines reach: nothing, each other (also when absent), the internet as well.');

/** Several networks, by name. */
const networks = z
  .record(networkName, z.enum(['isolated', 'internet']))
  .refine((given) => Object.keys(given).length > 0, 'must name a network, or be left out')
  .refine((given) => Object.keys(given).length <= MAX_NETWORKS, `must have at most ${MAX_NETWORKS} networks`)
  .optional()
  .describe('Several networks in place of one: names, each "isolated" or "internet".');

/** Longest life of a session, in minutes: thirty days. */
const LONGEST_MINUTES = 30 * 24 * 60;

const minutes = z.number().positive().max(LONGEST_MINUTES).optional();

/** How long a session lives. */
const lifetime = mapping({
  idle: minutes.describe('Minutes without input or output after which the session ends.'),
  total: minutes.describe('Minutes in all after which it ends, unless extended.'),
  max: minutes.describe('Longest life in minutes, with all extensions.'),
})
  .default({})
  .describe('How long a session lives, in minutes.');

/** Schema of lab.yaml; what it names is read from `source`. */
export function labSchema(source: WrittenLab) {
  return mapping({
    languages: languages
      .optional()
      .describe('Languages of its texts, the default first, such as [en, ko]; English when absent.'),
    title: localizedLine(source, 120).describe('Name to show.'),
    summary: localizedLine(source, 500).optional().describe('One or two sentences for the catalogue.'),
    minutes: z.number().int().min(1).max(LONGEST_MINUTES).optional().describe('Expected effort.'),
    course: courseSchema(source).optional().describe('The course that it belongs to.'),
    machines: z.array(machineSchema(source)).min(1).max(10).describe('The machines of a session.'),
    network,
    networks,
    registry: z.boolean().default(false).describe('Whether the machines reach the local registry.'),
    lifetime,
    warm,
    save: z.boolean().default(true).describe('Whether its sessions can be saved.'),
    recording: z
      .enum(['output', 'input'], { error: 'must be "output", or "input" for what is typed as well' })
      .optional()
      .describe('What is recorded of its terminals: what they print, or also what is typed.'),
    attempts: z.enum(['best', 'last']).default('best').describe("Which attempt's score counts in a step."),
    introduction: localizedPage(source)
      .optional()
      .describe('Markdown shown before the first step: path of its file in the folder, or the text.'),
    conclusion: localizedPage(source)
      .optional()
      .describe('Markdown shown after the last step: path of its file in the folder, or the text.'),
    steps: z.array(stepSchema(source)).max(100).default([]).describe('What to do, in order.'),
  });
}

/** A valid lab.yaml, units parsed, files read, plain defaults filled in. */
export type LabDocument = z.output<ReturnType<typeof labSchema>>;

/** The course that a lab belongs to: its short name, or that with a title. */
function courseSchema(source: WrittenLab) {
  const titled = mapping({
    name: name.describe('Short name, by which quotas count.'),
    title: localizedLine(source, 120).describe('What the catalogue shows over its labs.'),
  });
  const bare = name.transform((name) => ({ name, title: undefined }));
  return z.union([bare, titled], {
    error: 'must be the short name of a course, or have "name" and "title"',
  });
}
