import { inLanguage } from '../../../domains/labs/localized-text.ts';
import { fromGlobalId } from '../../shared/global-id.ts';
import type { Resolvers } from '../generated/resolver-types.ts';

export const stepsResolvers = {
  CheckKind: {
    SCRIPT: 'script',
    TRUSTED: 'trusted',
    QUIZ: 'quiz',
    FILE: 'file',
    COMMAND: 'command',
    HTTP: 'http',
  },
  Step: {
    title: (step, { language }) => inLanguage(step.title, language),
    instructions: (step, { language }) => inLanguage(step.instructions, language),
  },
  StepCheck: {
    title: ({ title }, { language }) => title && inLanguage(title, language),
    question: ({ quiz }) => quiz,
  },
  Question: {
    text: ({ question }, { language }) => inLanguage(question, language),
    options: ({ options }, { language }) => options.map((text) => inLanguage(text, language)),
  },
  Mutation: {
    async enterStep(_, { input }, { services, actor }) {
      const sessionId = fromGlobalId('Session', input.session);
      return services.steps.enter(actor, { sessionId, stepId: input.step });
    },
  },
} satisfies Resolvers;
