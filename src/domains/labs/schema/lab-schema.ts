import { z } from 'zod';
import { courseSchema } from './course-schema.ts';
import type { WrittenLab } from './written-lab.ts';
import { languages } from './language-schema.ts';
import { LONGEST_MINUTES, lifetime } from './lifetime-schema.ts';
import { localizedLine, localizedPage } from './localized.ts';
import { machineSchema } from './machine-schema.ts';
import { mapping } from './mapping.ts';
import { network, networks } from './network-schema.ts';
import { stepSchema } from './step-schema.ts';
import { warm } from './warm-schema.ts';

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
