import { z } from 'zod';
import { nearest } from '../reading/nearest.ts';
import { isMapping } from '../reading/written.ts';
import type { WrittenLab } from './written-lab.ts';
import { localizedLine } from './localized.ts';
import { mapping } from './mapping.ts';
import { absolutePath, argument, image, machinePath, name, user } from './names.ts';
import { portNumber } from './port-schema.ts';
import { quizSchema } from './quiz-schema.ts';
import { mode } from './quantities.ts';
import { scriptText, timeout } from './script-schema.ts';
import { textRuleShape } from './text-rule-schema.ts';

/** How much more than another a check may count. */
const LARGEST_WEIGHT = 1_000;

const LONGEST_TITLE = 120;

/** The keys of which a check has one: it says of what kind it is. */
export const CHECK_KINDS = ['script', 'quiz', 'file', 'command', 'http'] as const;

const commonShape = (source: WrittenLab) => ({
  id: name.optional().describe('Its own within the step; check, check-2 … when absent.'),
  title: localizedLine(source, LONGEST_TITLE).optional().describe('Name to show.'),
  weight: z
    .number()
    .positive()
    .max(LARGEST_WEIGHT)
    .default(1)
    .describe("How much it counts beside the step's other checks."),
});

const machineShape = (source: WrittenLab) => ({
  ...commonShape(source),
  machine: z.string().optional().describe('Name of the machine; the first one when absent.'),
  timeout: timeout.default(10).describe('Seconds until it is stopped, up to 600.'),
});

const userShape = {
  user: user.optional().describe("Who runs it: root, and in a restricted machine the machine's user."),
};

const trusted = z
  .union(
    [
      z.boolean(),
      mapping({
        image: image.optional().describe("Image of the container; Berth's own when absent."),
        paths: z
          .array(absolutePath('/home/learner'))
          .max(20)
          .default([])
          .describe('Absolute paths of the machine that are copied to /machine in the container.'),
        engine: z
          .boolean()
          .default(false)
          .describe(
            "Let docker in the container ask the machine's own engine; for machines of the profile nested.",
          ),
      }),
    ],
    { error: 'must be true, or a mapping with "image", "paths" and "engine"' },
  )
  .default(false)
  .describe("Run it in a container of its own, out of the learner's reach.");

const file = mapping({
  path: machinePath('/etc/hosts').describe('Absolute, or with "~/" in the home of the machine\'s user.'),
  exists: z.boolean().default(true).describe('With false it must not be there.'),
  kind: z.enum(['file', 'folder']).optional().describe('What it must be.'),
  ...textRuleShape('it'),
  mode: mode.optional().describe('Permission bits that it must have, such as "600".'),
  owner: user.optional().describe('Whose it must be.'),
});

const command = mapping({
  run: z
    .union([argument.min(1, 'must not be empty'), z.array(argument).min(1).max(100)], {
      error: 'must be a text that a shell runs, or a list of a program and its arguments',
    })
    .describe('What sh runs, or a list of a program and its arguments.'),
  exit: z.number().int().min(0).max(255).default(0).describe('Exit code that it must have.'),
  ...textRuleShape('what it prints'),
});

const headerValue = z
  .string()
  .max(4_000)
  .refine((value) => /^[\t\x20-\x7e]*$/.test(value), 'must be a single line of ASCII letters');

const http = mapping({
  port: portNumber.describe('The port that is asked.'),
  path: z
    .string()
    .max(2_000)
    .regex(/^\/[\x21-\x7e]*$/, 'must begin with "/" and be encoded as in an address, such as "/a?b=c%20d"')
    .default('/')
    .describe('With its query, if any.'),
  method: z
    .enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    .default('GET')
    .describe('How.'),
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'is not a name that a header can have'),
      headerValue,
    )
    .refine((given) => Object.keys(given).length <= 50, 'must have at most 50 headers')
    .default({})
    .describe('Sent along. Numbers are written in quotes.'),
  https: z.boolean().default(false).describe('Ask by TLS; the certificate is not looked at.'),
  status: z.number().int().min(100).max(599).default(200).describe('Status that the answer must have.'),
  ...textRuleShape('the body of the answer'),
});

/** A check of any kind: the key that is there decides. */
export function checkSchema(source: WrittenLab) {
  const kinds = [
    mapping({
      script: scriptText(source).describe(
        'The script: path of its file in the folder, or the script itself.',
      ),
      trusted,
      ...machineShape(source),
      ...userShape,
    }),
    mapping({ quiz: quizSchema(source).describe('A question.'), ...commonShape(source) }),
    mapping({
      file: file.describe('A file or folder of the machine.'),
      ...machineShape(source),
      ...userShape,
    }),
    mapping({
      command: command.describe('A command in the machine.'),
      ...machineShape(source),
      ...userShape,
    }),
    mapping({ http: http.describe('A web server in the machine.'), ...machineShape(source) }),
  ] as const;
  return z.union(kinds, { error: ({ input }) => kindProblem(input) });
}

function kindProblem(input: unknown): string {
  const names = CHECK_KINDS.map((kind) => `"${kind}"`).join(', ');
  const meant = Object.keys(isMapping(input) ? input : {}).flatMap((key) => nearest(key, CHECK_KINDS) ?? []);
  const suggestion = meant[0] === undefined ? '' : `; did you mean "${meant[0]}"?`;
  return `must be a mapping with one of the keys ${names}${suggestion}`;
}

/** Checks of one step. */
const MOST_CHECKS = 20;

export function checksSchema(source: WrittenLab) {
  return z.array(checkSchema(source)).min(1).max(MOST_CHECKS);
}
