import { PAGE_LIMIT } from '../../../core/paging.ts';

/** What a field costs where it is not the one that others cost. */
export interface Price {
  /** The field itself. */
  once?: number;
  /** Each element, beside what is asked of it. */
  each?: number;
  /** How often what lies in it counts, where no argument says so. */
  times?: number;
}

/** A page, read from the database each time. */
export const PAGE_PRICE: Price = { once: 10 };

/** One field of the schema as tools read it, from memory: with 1/5 the whole schema costs half of what is taken. */
export const INTROSPECTION_SHARE = 1 / 5;

/** Fields that cost more than others, by type and name: none of these reads is shared with others of its kind. */
const prices: Readonly<Record<string, Price>> = {
  // An attempt is looked up by itself.
  'Query.nodes': { each: 10 },
  // Two reads, and a list that is not a page.
  'User.tokens': { once: 50, times: 20 },
  'Session.terminals': { once: 50, times: 20 },
  'Session.attempts': { once: 40 },
  'Session.recordings': { once: 40 },
  // A list that is not a page.
  'Query.recordedCourses': { once: 20, times: 100 },
  'RecordCoursePayload.courses': { once: 20, times: 100 },
  // The engine is asked for all of its images.
  'Query.image': { once: 100 },
  'Query.images': { once: 100 },
  // A list of a few.
  'Query.imageFolders': { once: 20, times: 20 },
  'Query.registryCredentials': { once: 20, times: 20 },
  // Up to 256 KB of text.
  'Job.log': { once: 400 },
  // A list of hundreds at most, of a few mostly.
  'Query.labPins': { once: 50, times: 50 },
  // Two reads, and a list that is not a page.
  'Query.warmPools': { once: 20, times: 20 },
  // The registry is asked for the tags of each name.
  'Query.localRegistry': { once: 500 },
  'LocalRegistry.images': { times: 100 },
  // The whole queue is looked at, together for all that ask at once.
  'Session.queue': { once: 20 },
  // All that holds room is read.
  'Query.engineRoom': { once: 30 },
  // A list that is not a page.
  'Query.quotas': { once: 20, times: 100 },
  // Up to 64 KB of text.
  'Attempt.output': { once: 200 },
  // A step has a few.
  'StepProgress.hints': { times: 3 },
  // The same in parts; a step has a few checks.
  'Attempt.verdicts': { times: 4 },
  'CheckVerdict.evidence': { once: 50 },

  // Elements that these lists have here on average, or more.
  '__Schema.types': { times: 80 },
  '__Schema.directives': { times: 8 },
  '__Directive.args': { times: 2 },
  '__Type.fields': { times: 3 },
  '__Type.possibleTypes': { times: 2 },
};

/** The price of a field; undefined for one of the usual price. */
export function priceOf(type: string, field: string): Price | undefined {
  return prices[`${type}.${field}`];
}

/** A page size as asked, or the largest where it is unknown or will be refused. */
export function atMostPage(size: unknown): number {
  return typeof size === 'number' && size >= 0 ? Math.min(size, PAGE_LIMIT) : PAGE_LIMIT;
}
