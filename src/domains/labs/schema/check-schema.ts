import { z } from 'zod';
import type { TextRule } from '../lab-check.ts';
import {
  oneOrMany,
  mapping,
  absolutePath,
  argument,
  image,
  machinePath,
  name,
  user,
  mode,
  share,
} from './values.ts';
import { nearest } from '../reading/nearest.ts';
import { isMapping } from '../reading/lab-yaml.ts';
import type { LabContext } from './lab-context.ts';
import { localizedLine, localizedPassage } from './localized.ts';
import { portNumber } from './machine-schema.ts';
import { scriptText, timeout } from './script-schema.ts';

/** Longest texts of `contains` and of `equals`, in characters. */
const LONGEST_PART = 4_000;
const LONGEST_WHOLE = 64 * 1024;

/** Maximum number of texts in `contains`. */
const MOST_PARTS = 20;

/** The keys of a {@link TextRule}; `what` names the text in descriptions. */
function textRuleShape({ readPattern }: LabContext, what: string) {
  const pattern = z.string().check(({ value: input, issues }) => {
    const message = readPattern(input);
    if (message !== undefined) issues.push({ code: 'custom', input, message });
  });
  return {
    contains: oneOrMany(z.string().min(1, 'must not be empty').max(LONGEST_PART), MOST_PARTS, 'a text')
      .optional()
      .describe(`One or several texts that ${what} must contain.`),
    matches: pattern.optional().describe(`A regular expression (RE2) that must match in ${what}.`),
    equals: z
      .string()
      .max(LONGEST_WHOLE)
      .optional()
      .describe(`Required content of ${what}, apart from trailing line ends.`),
  };
}

/** Converts the keys to a rule. */
export function toTextRule({
  contains = [],
  matches,
  equals,
}: {
  contains?: string[] | undefined;
  matches?: string | undefined;
  equals?: string | undefined;
}): TextRule {
  return { contains, matches, equals };
}

/** Largest weight of a check. */
const LARGEST_WEIGHT = 1_000;

const LONGEST_TITLE = 120;

/** The keys that select the kind of a check. Each check has one of them. */
export const CHECK_KINDS = ['script', 'quiz', 'file', 'command', 'http'] as const;

const commonShape = (source: LabContext) => ({
  id: name.optional().describe('Unique within the step. Default: check, check-2, …'),
  title: localizedLine(source, LONGEST_TITLE).optional().describe('Display name.'),
  weight: z
    .number()
    .positive()
    .max(LARGEST_WEIGHT)
    .default(1)
    .describe("Weight relative to the step's other checks."),
});

const machineShape = (source: LabContext) => ({
  ...commonShape(source),
  machine: z.string().optional().describe('Name of the machine. Default: the first one.'),
  timeout: timeout.default(10).describe('Time limit in seconds, up to 600.'),
});

const userShape = {
  user: user
    .optional()
    .describe("User that runs it. Default: root, or the machine's user if the machine has no root."),
};

const trusted = z
  .union(
    [
      z.boolean(),
      mapping({
        image: image.optional().describe("Image of the container. Default: Berth's image for checks."),
        paths: z
          .array(absolutePath('/home/learner'))
          .max(20)
          .default([])
          .describe('Absolute paths in the machine that are copied to /machine in the container.'),
        engine: z
          .boolean()
          .default(false)
          .describe(
            "Connect docker in the container to the machine's own engine; only for the profile nested.",
          ),
      }),
    ],
    { error: 'must be true, or a mapping with "image", "paths" and "engine"' },
  )
  .default(false)
  .describe('Run it in a separate container, which the learner cannot access.');

const fileSchema = (source: LabContext) =>
  mapping({
    path: machinePath('/etc/hosts').describe('Absolute path, or "~/…" in the home of the machine\'s user.'),
    exists: z.boolean().default(true).describe('If false, the path must not exist.'),
    kind: z.enum(['file', 'folder']).optional().describe('Required type.'),
    ...textRuleShape(source, 'its text'),
    mode: mode.optional().describe('Required permission bits, such as "600".'),
    owner: user.optional().describe('Required owner.'),
  });

const commandSchema = (source: LabContext) =>
  mapping({
    run: z
      .union([argument.min(1, 'must not be empty'), z.array(argument).min(1).max(100)], {
        error: 'must be a command for the shell, or a list of a program and its arguments',
      })
      .describe('Command for sh, or a list of a program and its arguments.'),
    exit: z.number().int().min(0).max(255).default(0).describe('Required exit code.'),
    ...textRuleShape(source, 'its output'),
  });

const headerValue = z
  .string()
  .max(4_000)
  .refine((value) => /^[\t\x20-\x7e]*$/.test(value), 'must be a single line of ASCII characters');

const httpSchema = (source: LabContext) =>
  mapping({
    port: portNumber.describe('Port of the server.'),
    path: z
      .string()
      .max(2_000)
      .regex(/^\/[\x21-\x7e]*$/, 'must start with "/" and be URL-encoded, such as "/a?b=c%20d"')
      .default('/')
      .describe('Path with an optional query.'),
    method: z
      .enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
      .default('GET')
      .describe('Request method.'),
    headers: z
      .record(
        z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'is not a valid header name'),
        headerValue,
      )
      .refine((given) => Object.keys(given).length <= 50, 'must have at most 50 headers')
      .default({})
      .describe('Request headers. Write numbers in quotes.'),
    https: z.boolean().default(false).describe('Use TLS. The certificate is not verified.'),
    status: z.number().int().min(100).max(599).default(200).describe('Required status of the response.'),
    ...textRuleShape(source, 'the body of the response'),
  });

/** A check of any kind; its key selects the kind. */
export function checkSchema(source: LabContext) {
  const kinds = [
    mapping({
      script: scriptText(source).describe("The script, or the path of its file in the lab's folder."),
      trusted,
      ...machineShape(source),
      ...userShape,
    }),
    mapping({ quiz: quizSchema(source).describe('Asks a question.'), ...commonShape(source) }),
    mapping({
      file: fileSchema(source).describe('Checks a file or folder in the machine.'),
      ...machineShape(source),
      ...userShape,
    }),
    mapping({
      command: commandSchema(source).describe('Runs a command in the machine.'),
      ...machineShape(source),
      ...userShape,
    }),
    mapping({
      http: httpSchema(source).describe('Sends a request to a web server in the machine.'),
      ...machineShape(source),
    }),
  ] as const;
  return z.union(kinds, { error: ({ input }) => kindProblem(input) });
}

function kindProblem(input: unknown): string {
  const names = CHECK_KINDS.map((kind) => `"${kind}"`).join(', ');
  const meant = Object.keys(isMapping(input) ? input : {}).flatMap((key) => nearest(key, CHECK_KINDS) ?? []);
  const suggestion = meant[0] === undefined ? '' : `; did you mean "${meant[0]}"?`;
  return `must be a mapping with one of the keys ${names}${suggestion}`;
}

/** Maximum number of checks of one step. */
const MOST_CHECKS = 20;

/** Several checks of one step. */
export function checksSchema(check: ReturnType<typeof checkSchema>) {
  return z.array(check).min(1).max(MOST_CHECKS);
}

/** Maximum number of options of a question. */
const MOST_OPTIONS = 20;

/** Maximum number of correct texts of a question. */
const MOST_ANSWERS = 20;
const LONGEST_ANSWER = 500;

/** Largest number of wrong answers that can be allowed. */
const MOST_ATTEMPTS = 100;

/** A question with options or with a text answer. */
function quizSchema(source: LabContext) {
  const text = localizedPassage(source);
  const option = mapping({
    text: text.describe('Text of the option.'),
    correct: z.boolean().default(false).describe('Whether it is correct.'),
  });
  const short = text.transform((text) => ({ text, correct: false }));
  return mapping({
    question: text.describe('Markdown, or a file that ends in .md.'),
    options: z
      .array(z.union([option, short], { error: 'must be a text, or a mapping with "text" and "correct"' }))
      .min(2)
      .max(MOST_OPTIONS)
      .optional()
      .describe('Options to choose from. The correct ones have "correct: true".'),
    multiple: z.boolean().optional().describe('Whether learners must choose all correct options.'),
    answer: oneOrMany(
      z.string().trim().min(1, 'must not be empty').max(LONGEST_ANSWER),
      MOST_ANSWERS,
      'a text',
    )
      .optional()
      .describe('One or several correct texts, instead of options.'),
    match: z
      .enum(['exact', 'contains', 'pattern'])
      .optional()
      .describe(
        'How the answer is compared: exact (the default), as a part of it, or as a regular expression (RE2).',
      ),
    ignoreCase: z.boolean().optional().describe('Whether to ignore upper and lower case.'),
    attempts: z
      .number()
      .int()
      .min(1)
      .max(MOST_ATTEMPTS)
      .optional()
      .describe('Number of wrong answers allowed. Default: no limit.'),
    cost: share
      .default(0)
      .describe('Share of the score that each wrong answer deducts from a later correct one, such as 25%.'),
    explanation: text
      .optional()
      .describe('Markdown shown after a correct answer, or when no attempts are left.'),
  });
}
