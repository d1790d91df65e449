import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import type { MappedError } from '@prisma/driver-adapter-utils';
import { test } from 'tap';
import { Prisma } from '../../../../src/infra/database/generated/sqlite/client.ts';
import { withUniqueFields, isUniqueViolation } from '../../../../src/infra/database/database-errors.ts';

const prismaError = (cause: MappedError) =>
  new Prisma.PrismaClientKnownRequestError('Unique constraint failed', {
    code: 'P2002',
    clientVersion: '7',
    meta: { driverAdapterError: new DriverAdapterError(cause) },
  });

await test('the fields of a constraint are known on SQLite and PostgreSQL', (t) => {
  const kind = 'UniqueConstraintViolation';
  const sqlite = prismaError({ kind, table: 'Machine', constraint: { fields: ['sessionId', 'name'] } });
  const postgres = withUniqueFields(
    prismaError({ kind, table: 'Machine', constraint: { index: 'one_machine_of_a_name' } }),
    new Map([['one_machine_of_a_name', ['sessionId', 'name']]]),
  );
  for (const error of [sqlite, postgres]) {
    t.ok(isUniqueViolation(error));
    t.ok(isUniqueViolation(error, 'sessionId'));
    t.ok(isUniqueViolation(error, 'name'));
    t.notOk(isUniqueViolation(error, 'key'));
    t.notOk(isUniqueViolation(error, 'Machine'));
  }
  const unknown = prismaError({ kind, table: 'User', constraint: { index: 'User_pkey' } });
  t.equal(withUniqueFields(unknown, new Map()), unknown);
  t.notOk(isUniqueViolation(unknown, 'id'), 'the name of an index does not name a field');
  t.end();
});

await test('other errors are not unique violations', (t) => {
  t.notOk(isUniqueViolation(prismaError({ kind: 'ForeignKeyConstraintViolation' })));
  t.notOk(isUniqueViolation(new Error('Unique constraint failed')));
  t.notOk(isUniqueViolation(undefined));
  t.notOk(
    isUniqueViolation(prismaError({ kind: 'UniqueConstraintViolation' }), 'id'),
    'the field is unknown',
  );
  t.end();
});
