import { z } from 'zod';
import type { LabContext } from './lab-context.ts';
import { emptyContext } from './lab-context.ts';
import { localizedLine, localizedPage } from './localized.ts';
import { machineSchema } from './machine-schema.ts';
import { mapping, name } from './values.ts';
import { stepSchema } from './step-schema.ts';
import { MOST_WARM, WARM_TIME_PROBLEM, parseWarmTime } from '../warm-time.ts';

/** Maximum number of languages of one lab: each one repeats all texts. */
const MOST_LANGUAGES = 30;

/** Language of a lab without `languages`. */
const DEFAULT_LANGUAGE = 'en';

const language = z.string().transform((given, context) => {
  try {
    const tag = Intl.getCanonicalLocales(given)[0];
    if (tag === given) return tag;
    context.addIssue({ code: 'custom', message: `must be written "${tag}"` });
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'must be a language tag (BCP 47), such as "en", "ko" or "pt-BR"',
    });
  }
  return z.NEVER;
});

export const languages = z
  .array(language)
  .min(1)
  .max(MOST_LANGUAGES)
  .refine((tags) => new Set(tags).size === tags.length, 'must list each language only once');

/** Returns the languages of unvalidated data; the default if they are missing or invalid. */
export function languagesOf(data: unknown): readonly string[] {
  const named = languages.safeParse((data as { languages?: unknown } | null | undefined)?.languages);
  return named.success ? named.data : [DEFAULT_LANGUAGE];
}

/** Maximum number of times in a lab's schedule. */
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
        count: count.default(0).describe('Number to keep prewarmed while the lab is in use.'),
        schedule: z
          .array(warmTime)
          .max(MOST_TIMES)
          .default([])
          .describe('Days and times with the number to prewarm by then, such as "Monday 09:00, 60".'),
      }),
    ],
    { error: 'must be a number, such as 2, or a mapping with "count" and "schedule"' },
  )
  .prefault(0)
  .describe('Number of environments to prewarm.');

/** Maximum number of networks of one lab: each uses a subnet of the pool. */
const MAX_NETWORKS = 4;

const networkName = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,14}[a-z0-9])?$/,
    'must have up to 16 lower-case letters, digits and hyphens, and start with a letter, such as "front"',
  );

/** The single network of a lab. */
const network = z
  .enum(['none', 'isolated', 'internet'])
  .optional()
  .describe('What machines can access: nothing, each other (the default), or also the internet.');

/** Several networks, by name. */
const networks = z
  .record(networkName, z.enum(['isolated', 'internet']))
  .refine((given) => Object.keys(given).length > 0, 'must have at least one network, or be left out')
  .refine((given) => Object.keys(given).length <= MAX_NETWORKS, `must have at most ${MAX_NETWORKS} networks`)
  .optional()
  .describe('Several named networks instead of one, each "isolated" or "internet".');

/** Longest lifetime of a session, in minutes: 30 days. */
const LONGEST_MINUTES = 30 * 24 * 60;

const minutes = z.number().positive().max(LONGEST_MINUTES).optional();

/** The lifetime of a session. */
const lifetime = mapping({
  idle: minutes.describe('Minutes without input or output after which the session ends.'),
  total: minutes.describe('Minutes after which the session ends, unless extended.'),
  max: minutes.describe('Maximum lifetime in minutes, with all extensions.'),
})
  .default({})
  .describe('Lifetime of a session, in minutes.');

/** The schema of lab.yaml. It reads the files that lab.yaml names from `source`. */
export function labSchema(source: LabContext) {
  return mapping({
    languages: languages
      .optional()
      .describe('Languages of its texts, the default language first, such as [en, ko]. Default: [en].'),
    title: localizedLine(source, 120).describe('Display name.'),
    summary: localizedLine(source, 500).optional().describe('One or two sentences for the catalogue.'),
    minutes: z.number().int().min(1).max(LONGEST_MINUTES).optional().describe('Expected effort in minutes.'),
    collection: collectionSchema(source).optional().describe('Its collection.'),
    machines: z.array(machineSchema(source)).min(1).max(10).describe('The machines of a session.'),
    network,
    networks,
    registry: z.boolean().default(false).describe('Whether machines can access the local registry.'),
    lifetime,
    warm,
    save: z.boolean().default(true).describe('Whether its sessions can be saved.'),
    recording: z
      .enum(['output', 'input'], { error: 'must be "output", or "input" to record the input as well' })
      .optional()
      .describe('What terminals record: the output, or the input as well.'),
    attempts: z.enum(['best', 'last']).default('best').describe('The attempt whose score counts in a step.'),
    introduction: localizedPage(source)
      .optional()
      .describe(
        "Markdown shown before the first step: the text, or the path of its file in the lab's folder.",
      ),
    conclusion: localizedPage(source)
      .optional()
      .describe("Markdown shown after the last step: the text, or the path of its file in the lab's folder."),
    steps: z.array(stepSchema(source)).max(100).default([]).describe('Steps of the lab, in order.'),
  });
}

/** A valid lab.yaml with parsed units, file contents and defaults. */
export type LabDocument = z.output<ReturnType<typeof labSchema>>;

/** The collection of a lab: its short name, optionally with a title. */
function collectionSchema(source: LabContext) {
  const titled = mapping({
    name: name.describe('Short name. Quotas are counted by it.'),
    title: localizedLine(source, 120).describe('Title above its labs in the catalogue.'),
  });
  const bare = name.transform((name) => ({ name, title: undefined }));
  return z.union([bare, titled], {
    error: 'must be the short name of a collection, or have "name" and "title"',
  });
}

/** Name of the schema file for editors, next to the folders of labs. */
export const SCHEMA_FILE = 'lab.schema.json';

/**
 * Returns the schema of lab.yaml as JSON Schema, draft 7. YAML plugins of editors use it to complete and explain
 * keys. It cannot check other files or conflicts between keys: `berth labs validate` does.
 */
export function labJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(labSchema(emptyContext), {
    io: 'input',
    target: 'draft-7',
    // Transforms have no JSON Schema: these keys accept any value.
    unrepresentable: 'any',
  });
  const head = { $schema, title: 'A lab of Berth', description: 'lab.yaml: see docs/lab-authoring.md.' };
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`;
}
