import { inLanguage } from '../../../domains/labs/localized-text.ts';
import { connection, pageOf, given } from '../base/connection.ts';
import { toGlobalId, fromGlobalId } from '../../shared/global-id.ts';
import type { Resolvers } from '../generated/resolver-types.ts';

export const labsResolvers = {
  Lab: {
    // Another version is another object, so that clients do not take one for the other.
    id: ({ slug, version }, _, { loaders }) =>
      toGlobalId('Lab', loaders.lab(slug)?.version === version ? slug : `${slug}@${version}`),
    title: (lab, { language }) => inLanguage(lab.title, language),
    summary: (lab, { language }) => inLanguage(lab.summary, language),
    introduction: (lab, { language }) => inLanguage(lab.introduction, language),
    conclusion: (lab, { language }) => inLanguage(lab.conclusion, language),
    collectionTitle: (lab, { language }) =>
      lab.collectionTitle ? inLanguage(lab.collectionTitle, language) : null,
    internet: (lab) => lab.networks.some(({ internet }) => internet),
    progress: (lab, _, { loaders, actor }) =>
      actor ? loaders.progress({ learnerId: actor.userId, lab: lab.slug }) : null,
  },
  LabConnection: connection,
  LabSource: { id: ({ id }) => toGlobalId('LabSource', id) },
  LabSourceState: { WAITING: 'waiting', CHECKING: 'checking', FOLLOWED: 'followed', FAILED: 'failed' },
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
  Query: {
    lab: (_, { slug }, { services, actor }) => services.labs.get(actor, slug),
    labs: (_, args, { services, actor }) => services.labs.list(actor, pageOf(args)),
    labProblems: (_, _args, { services, actor }) => services.labs.problems(actor),
    labSources: (_, _args, { services, actor }) => services.labSources.list(actor),
  },
  Mutation: {
    reloadLabs: async (_, _args, { services, actor }) => ({ problems: await services.labs.reload(actor) }),
    addLabSource: async (_, { input }, { services, actor }) => {
      const { name, address, ref, folder, everyMinutes } = input;
      const more = { ref: given(ref), folder: given(folder), everyMinutes: given(everyMinutes) };
      return { source: await services.labSources.add(actor, { name, address, ...more }) };
    },
    checkLabSource: async (_, { input: { id } }, { services, actor }) => ({
      source: await services.labSources.check(actor, fromGlobalId('LabSource', id)),
    }),
    removeLabSource: async (_, { input: { id } }, { services, actor }) => ({
      removed: await services.labSources.remove(actor, fromGlobalId('LabSource', id)),
    }),
    async enterStep(_, { input }, { services, actor }) {
      const sessionId = fromGlobalId('Session', input.session);
      return services.steps.enter(actor, { sessionId, stepId: input.step });
    },
  },
} satisfies Resolvers;
