import { Kind } from 'graphql';
import type { GraphQLScalarType } from 'graphql';
import { fault } from '../../../core/errors.ts';

const WRITTEN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

function read(value: unknown): Date {
  const date = typeof value === 'string' && WRITTEN.test(value) ? new Date(value) : undefined;
  if (!date || Number.isNaN(date.getTime())) {
    throw fault('INPUT_INVALID', {
      problem: 'Invalid DateTime. The format is "2030-01-31T09:30:00.000Z".',
    });
  }
  return date;
}

/** The scalar DateTime: a Date in the service, RFC 3339 in requests and responses. */
export const dateTime = {
  serialize: (value: unknown) => (value as Date).toISOString(),
  parseValue: read,
  parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : undefined),
} satisfies Partial<GraphQLScalarType<Date, string>>;
