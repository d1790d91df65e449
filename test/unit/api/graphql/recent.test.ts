import { getIntrospectionQuery } from 'graphql';
import { test } from 'tap';
import { createPreparer, createRecent } from '../../../../src/api/graphql/limits/prepare.ts';
import { createSchema } from '../../../../src/api/graphql/schema.ts';

await test('keeps the most recently used queries, up to a total key length', async (t) => {
  const recent = createRecent<number>(10);
  recent.keep('aaaa', 1);
  recent.keep('bbbb', 2);
  recent.get('aaaa');
  recent.keep('cccc', 3);
  t.strictSame([recent.get('aaaa'), recent.get('bbbb'), recent.get('cccc')], [1, undefined, 3]);
  recent.keep('d'.repeat(11), 4);
  t.equal(recent.get('d'.repeat(11)), undefined);
});

await test('keeps only short queries of signed-in users, up to a count', async (t) => {
  const prepare = createPreparer(createSchema());
  const kept = (query: string, known = true) => {
    prepare({ query }, known);
    return prepare({ query }, known).again;
  };
  t.ok(kept('{ viewer { name } }'));
  t.ok(kept(getIntrospectionQuery()), 'introspection by a tool');
  t.notOk(kept('{ viewer { id } }', false), 'not signed in');
  t.notOk(kept(`{ viewer { name } } # ${'x'.repeat(2_500)}`), 'too long');
  const many = (index: number) => `{ viewer { name } } # ${index} ${'x'.repeat(2_000)}`;
  for (let index = 0; index < 200; index++) prepare({ query: many(index) }, true);
  t.ok(prepare({ query: many(199) }, true).again);
  t.notOk(prepare({ query: many(0) }, true).again, 'the oldest is evicted');
});
