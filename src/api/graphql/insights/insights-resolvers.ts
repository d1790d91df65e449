import { sectionIdOf } from '../base/connection.ts';
import type { Resolvers } from '../generated/resolver-types.ts';

export const insightsResolvers = {
  StuckReason: { FAILURES: 'failures', NO_PROGRESS: 'no_progress' },
  StepInsight: { id: ({ stepId }) => stepId },
  Assignment: {
    insights: ({ id }, _, { services, actor }) => services.insights.steps(actor, id),
    stuck: ({ id }, { section, ...limits }, { services, actor }) =>
      services.insights.stuck(actor, id, { ...limits, sectionId: sectionIdOf(section) }),
  },
} satisfies Resolvers;
