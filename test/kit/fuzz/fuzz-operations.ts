import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { GraphQLField, GraphQLInputType, GraphQLOutputType, GraphQLSchema } from 'graphql';
import { seededRandom } from './random.ts';

/** Deepest fields in one operation, and longest list. */
const DEPTH = 3;
const LIST_LENGTH = 3;
/** Share of values with a wrong type. */
const WRONG = 0.15;

/** Text that has caused vulnerabilities somewhere. */
export const HOSTILE_TEXT = [
  '',
  ' ',
  '../../etc/passwd',
  '\u0000',
  '\ud800',
  'ﬁ\u202e\u200b',
  "'; DROP TABLE users; --",
  '%00%2e%2e%2f',
  '<script>alert(1)</script>',
  '${7*7}',
  '-1',
  '1e999',
  'null',
  '__proto__',
  '2026-13-45T99:99:99Z',
  '9'.repeat(400),
  'a'.repeat(5_000),
];

/** Values that have the right type hardly anywhere. */
const WRONG_VALUES: unknown[] = [
  null,
  true,
  -1,
  2 ** 31,
  2 ** 53,
  1.5,
  '',
  'text',
  [],
  [null],
  [[[]]],
  {},
  { length: 1e9 },
  JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}'),
];

export interface FuzzedOperation {
  kind: 'query' | 'mutation' | 'subscription';
  field: string;
  query: string;
  variables: Record<string, unknown>;
}

/**
 * Endless operations made from the schema: any root field that `allows` accepts, with its arguments as variables, some
 * of them wrong. `texts` are used for strings and ids. The same for the same seed.
 */
export function* fuzzOperations(
  schema: GraphQLSchema,
  options: {
    seed: number;
    texts: readonly string[];
    allows?: (field: string) => boolean;
    kinds?: readonly FuzzedOperation['kind'][];
  },
): Generator<FuzzedOperation, never> {
  const { seed, texts, allows = () => true, kinds = ['query', 'mutation'] } = options;
  const random = seededRandom(seed);
  const chance = (share: number) => random() < share;
  const oneOf = <T>(choices: readonly T[]) => choices[Math.floor(random() * choices.length)] as T;
  const roots = kinds.flatMap((kind) => {
    const type = {
      query: schema.getQueryType(),
      mutation: schema.getMutationType(),
      subscription: schema.getSubscriptionType(),
    }[kind];
    return Object.values(type?.getFields() ?? {})
      .filter(({ name }) => allows(name))
      .map((field) => ({ kind, field }));
  });
  const text = () => (chance(0.7) ? oneOf(texts) : oneOf(HOSTILE_TEXT));

  function scalar(name: string): unknown {
    if (name === 'Int') return oneOf([0, 1, 2, 20, 100, -1, 2 ** 31 - 1]);
    if (name === 'Float') return oneOf([0, 0.5, -1, 1e308]);
    if (name === 'Boolean') return chance(0.5);
    if (name === 'DateTime')
      return oneOf(['2030-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z', '2026-02-30T00:00:00Z', 'now']);
    return text();
  }

  function value(type: GraphQLInputType, depth = 0): unknown {
    if (chance(WRONG)) return oneOf(WRONG_VALUES);
    if (isNonNullType(type)) return value(type.ofType, depth);
    if (chance(0.1)) return null;
    if (isListType(type))
      return Array.from({ length: Math.floor(random() * LIST_LENGTH) }, () => value(type.ofType, depth));
    if (isEnumType(type)) return chance(0.95) ? oneOf(type.getValues()).name : text();
    if (!isInputObjectType(type)) return scalar(type.name);
    const entries = Object.values(type.getFields())
      .filter((field) => (isNonNullType(field.type) ? chance(0.97) : chance(0.6)))
      .map((field) => [field.name, depth < DEPTH ? value(field.type, depth + 1) : null]);
    if (chance(0.05)) entries.push(['unknownKey', text()]);
    return Object.fromEntries(entries) as unknown;
  }

  /** Fields of a type that need no arguments, up to a depth. */
  function selection(output: GraphQLOutputType, depth: number): string {
    const type = getNamedType(output);
    if (!isCompositeType(type)) return '';
    if (!isObjectType(type)) return ' { __typename }';
    const inside = Object.values(type.getFields()).flatMap((field: GraphQLField<unknown, unknown>) => {
      if (field.args.some((argument) => isNonNullType(argument.type) && argument.defaultValue === undefined))
        return [];
      if (isLeafType(getNamedType(field.type))) return chance(0.8) ? [field.name] : [];
      return depth < DEPTH && chance(0.4) ? [`${field.name}${selection(field.type, depth + 1)}`] : [];
    });
    return ` { ${['__typename', ...inside].join(' ')} }`;
  }

  for (;;) {
    const { kind, field } = oneOf(roots);
    const args = field.args.filter((argument) => isNonNullType(argument.type) || chance(0.7));
    const declared = args.map((argument) => `$${argument.name}: ${String(argument.type)}`).join(', ');
    const given = args.map(({ name }) => `${name}: $${name}`).join(', ');
    const entries = args.filter(() => chance(0.97)).map((argument) => [argument.name, value(argument.type)]);
    yield {
      kind,
      field: field.name,
      query: `${kind}${declared && `(${declared})`} { ${field.name}${given && `(${given})`}${selection(field.type, 1)} }`,
      variables: Object.fromEntries(entries) as Record<string, unknown>,
    };
  }
}
