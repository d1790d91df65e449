import { inLanguage } from '../../labs/in-language.ts';
import { connection, pageOf } from '../base/connection.ts';
import { toGlobalId } from '../base/global-id.ts';
import type { Resolvers } from '../generated/resolver-types.ts';

export const labsResolvers = {
  Lab: {
    id: (lab) => toGlobalId('Lab', lab.slug),
    title: (lab) => inLanguage(lab.title),
    summary: (lab) => inLanguage(lab.summary),
    introduction: (lab) => inLanguage(lab.introduction),
    conclusion: (lab) => inLanguage(lab.conclusion),
    internet: (lab) => lab.networks.some(({ internet }) => internet),
    progress: (lab, _, { loaders, actor }) =>
      actor ? loaders.progress({ learnerId: actor.userId, lab: lab.slug }) : null,
  },
  Step: {
    title: (step) => inLanguage(step.title),
    instructions: (step) => inLanguage(step.instructions),
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
