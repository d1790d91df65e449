import { inLanguage } from '../../../domains/labs/localized-text.ts';
import { connection, pageOf } from '../base/connection.ts';
import { toGlobalId } from '../../shared/global-id.ts';
import type { Resolvers } from '../generated/resolver-types.ts';

export const labsResolvers = {
  Lab: {
    id: (lab) => toGlobalId('Lab', lab.slug),
    title: (lab, { language }) => inLanguage(lab.title, language),
    summary: (lab, { language }) => inLanguage(lab.summary, language),
    introduction: (lab, { language }) => inLanguage(lab.introduction, language),
    conclusion: (lab, { language }) => inLanguage(lab.conclusion, language),
    courseTitle: (lab, { language }) => (lab.courseTitle ? inLanguage(lab.courseTitle, language) : null),
    internet: (lab) => lab.networks.some(({ internet }) => internet),
    progress: (lab, _, { loaders, actor }) =>
      actor ? loaders.progress({ learnerId: actor.userId, lab: lab.slug }) : null,
  },
  LabConnection: connection,
  Query: {
    lab: (_, { slug }, { services, actor }) => services.labs.get(actor, slug),
    labs: (_, args, { services, actor }) => services.labs.list(actor, pageOf(args)),
    labProblems: (_, _args, { services, actor }) => services.labs.problems(actor),
  },
  Mutation: {
    reloadLabs: async (_, _args, { services, actor }) => ({ problems: await services.labs.reload(actor) }),
  },
} satisfies Resolvers;
