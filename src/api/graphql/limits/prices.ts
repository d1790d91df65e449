import { PAGE_LIMIT } from '../../../core/paging.ts';

/** The cost of a field that differs from the usual cost of 1. */
export interface Price {
  /** Cost of the field itself. */
  once?: number;
  /** Cost of each element, in addition to its fields. */
  each?: number;
  /** Factor for the fields within it, if no argument sets one. */
  times?: number;
}

/** A page, which is read from the database each time. */
export const PAGE_PRICE: Price = { once: 10 };

/** Factor for introspection fields, which are read from memory. With 1/5, the whole schema costs half of the limit. */
export const INTROSPECTION_SHARE = 1 / 5;

/** Prices of expensive fields by type and name. Their reads are not batched. */
const prices: Readonly<Record<string, Price>> = {
  // Each attempt is looked up separately.
  'Query.nodes': { each: 10 },
  // Two reads, and a list without pages.
  'User.tokens': { once: 50, times: 20 },
  'Session.terminals': { once: 50, times: 20 },
  'Session.attempts': { once: 40 },
  'Session.recordings': { once: 40 },
  // A list without pages.
  'Query.recordedCourses': { once: 20, times: 100 },
  'RecordCoursePayload.courses': { once: 20, times: 100 },
  // The engine lists all of its images.
  'Query.image': { once: 100 },
  'Query.images': { once: 100 },
  // A short list.
  'Query.imageFolders': { once: 20, times: 20 },
  'Query.registryCredentials': { once: 20, times: 20 },
  // Up to 256 KB of text.
  'Job.log': { once: 400 },
  // A list that is usually short and at most some hundreds long.
  'Query.labPins': { once: 50, times: 50 },
  // Two reads, and a list without pages.
  'Query.warmPools': { once: 20, times: 20 },
  // One request to the registry for the tags of each name.
  'Query.localRegistry': { once: 500 },
  'LocalRegistry.images': { times: 100 },
  // Reads the whole queue, once for all simultaneous requests.
  'Session.queue': { once: 20 },
  // Reads all sessions and prewarmed environments.
  'Query.engineRoom': { once: 30 },
  // A list without pages.
  'Query.quotas': { once: 20, times: 100 },
  // Up to 64 KB of text.
  'Attempt.output': { once: 200 },
  // A step has a few hints.
  'StepProgress.hints': { times: 3 },
  // The same text, divided among the few checks of a step.
  'Attempt.verdicts': { times: 4 },
  'CheckVerdict.evidence': { once: 50 },

  // At least the average number of elements of these lists in this schema.
  '__Schema.types': { times: 80 },
  '__Schema.directives': { times: 8 },
  '__Directive.args': { times: 2 },
  '__Type.fields': { times: 3 },
  '__Type.possibleTypes': { times: 2 },
};

/** Returns the price of a field; undefined for the usual price. */
export function priceOf(type: string, field: string): Price | undefined {
  return prices[`${type}.${field}`];
}

/** Returns the requested page size, or the largest if it is unknown or invalid. */
export function atMostPage(size: unknown): number {
  return typeof size === 'number' && size >= 0 ? Math.min(size, PAGE_LIMIT) : PAGE_LIMIT;
}
