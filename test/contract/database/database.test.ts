import { test } from 'tap';
import { isUniqueViolation } from '../../../src/infra/database/database-errors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';

const person = (id: string, more: { email?: string; name?: string } = {}) => ({
  id,
  name: id,
  role: 'student' as const,
  createdAt: new Date('2026-01-02T03:04:05.678Z'),
  ...more,
});

await test('the database', async (t) => {
  await eachDatabase(t, 'answers a ping and returns rows unchanged', async (t, database) => {
    await database.ping();
    await database.client.user.create({ data: person('ann', { email: 'ann@example.org' }) });
    t.strictSame(await database.client.user.findUnique({ where: { id: 'ann' } }), {
      ...person('ann', { email: 'ann@example.org' }),
      disabledAt: null,
    });
  });

  await eachDatabase(t, 'stores nothing of a transaction that throws', async (t, database) => {
    const refused = database.transaction(async (tx) => {
      await tx.user.create({ data: person('ann') });
      throw new Error('changed my mind');
    });
    await t.rejects(refused, { message: 'changed my mind' });
    t.equal(await database.client.user.count(), 0);
  });

  await eachDatabase(t, 'reports the unique fields that a row violates', async (t, database) => {
    const { client } = database;
    await client.user.create({ data: person('ann', { email: 'ann@example.org' }) });
    const error = async (work: Promise<unknown>) =>
      work.then(
        () => t.fail('should be rejected'),
        (error: unknown) => error,
      );

    const sameEmail = await error(client.user.create({ data: person('bob', { email: 'ann@example.org' }) }));
    t.ok(isUniqueViolation(sameEmail));
    t.ok(isUniqueViolation(sameEmail, 'email'));
    t.notOk(isUniqueViolation(sameEmail, 'id'));

    const sameId = await error(client.user.create({ data: person('ann') }));
    t.ok(isUniqueViolation(sameId, 'id'));
    t.notOk(isUniqueViolation(sameId, 'email'));

    const inTransaction = await error(database.transaction((tx) => tx.user.create({ data: person('ann') })));
    t.ok(isUniqueViolation(inTransaction, 'id'));

    const noSuchUser = {
      id: 't',
      userId: 'nobody',
      name: 'x',
      hash: 'h',
      prefix: 'p',
      scopes: '',
      createdAt: new Date(),
    };
    t.notOk(
      isUniqueViolation(await error(client.apiToken.create({ data: noSuchUser }))),
      'a foreign key is different',
    );
    t.notOk(isUniqueViolation(new Error('other')));
  });

  await eachDatabase(t, 'deletes the rows that belong to a deleted row', async (t, { client }) => {
    await client.user.create({ data: person('ann') });
    const token = {
      id: 't',
      userId: 'ann',
      name: 'x',
      hash: 'h',
      prefix: 'p',
      scopes: '',
      createdAt: new Date(),
    };
    await client.apiToken.create({ data: token });
    await client.user.delete({ where: { id: 'ann' } });
    t.equal(await client.apiToken.count(), 0);
  });
});
