import { getIntrospectionQuery } from 'graphql';
import { test } from 'tap';
import { createPreparer } from '../../../../src/api/graphql/limits/prepare.ts';
import { createRecent } from '../../../../src/api/graphql/limits/recent.ts';
import { createSchema } from '../../../../src/api/graphql/schema.ts';

await test('keeps the most recently used values, up to a total weight', async (t) => {
  const recent = createRecent<string, number>(10);
  recent.keep('a', 1, 4);
  recent.keep('b', 2, 4);
  recent.get('a');
  recent.keep('c', 3, 4);
  t.strictSame([recent.get('a'), recent.get('b'), recent.get('c')], [1, undefined, 3]);
  recent.keep('d', 4, 11);
  t.equal(recent.get('d'), undefined);
  recent.keep('e', 5, 6);
  recent.keep('e', 6, 4);
  recent.keep('f', 7, 6);
  t.strictSame([recent.get('e'), recent.get('f')], [6, 7], 'a value that is kept again counts once');
});

await test('keeps only short queries of signed-in users, up to a count', async (t) => {
  const prepare = createPreparer(createSchema());
  const kept = (query: string, known = true) => {
    const { document } = prepare({ query }, known);
    return prepare({ query }, known).document === document;
  };
  t.ok(kept('{ viewer { name } }'));
  t.ok(kept(getIntrospectionQuery()), 'introspection by a tool');
  t.notOk(kept('{ viewer { id } }', false), 'not signed in');
  t.notOk(kept(`{ viewer { name } } # ${'x'.repeat(2_500)}`), 'too long');
  const many = (index: number) => `{ viewer { name } } # ${index} ${'x'.repeat(2_000)}`;
  const oldest = prepare({ query: many(0) }, true).document;
  for (let index = 1; index < 200; index++) prepare({ query: many(index) }, true);
  t.ok(kept(many(199)));
  t.not(prepare({ query: many(0) }, true).document, oldest, 'the oldest is evicted');
});
