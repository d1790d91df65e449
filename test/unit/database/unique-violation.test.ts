import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import type { MappedError } from '@prisma/driver-adapter-utils';
import { test } from 'tap';
import { Prisma } from '../../../src/database/generated/sqlite/client.ts';
import { isUniqueViolation } from '../../../src/database/unique-violation.ts';

const prismaError = (cause: MappedError) =>
  new Prisma.PrismaClientKnownRequestError('Unique constraint failed', {
    code: 'P2002',
    clientVersion: '7',
    meta: { driverAdapterError: new DriverAdapterError(cause) },
  });

await test('the fields of a constraint are read from what SQLite and PostgreSQL report', (t) => {
  const kind = 'UniqueConstraintViolation';
  const sqlite = prismaError({ kind, table: 'Machine', constraint: { fields: ['sessionId', 'name'] } });
  const postgres = prismaError({
    kind,
    table: 'Machine',
    constraint: { index: 'Machine_sessionId_name_key' },
  });
  for (const error of [sqlite, postgres]) {
    t.ok(isUniqueViolation(error));
    t.ok(isUniqueViolation(error, 'sessionId'));
    t.ok(isUniqueViolation(error, 'name'));
    t.notOk(isUniqueViolation(error, 'key'));
    t.notOk(isUniqueViolation(error, 'Machine'));
  }
  t.ok(isUniqueViolation(prismaError({ kind, table: 'User', constraint: { index: 'User_pkey' } }), 'id'));
  t.end();
});

await test('other errors are not unique violations', (t) => {
  t.notOk(isUniqueViolation(prismaError({ kind: 'ForeignKeyConstraintViolation' })));
  t.notOk(isUniqueViolation(new Error('Unique constraint failed')));
  t.notOk(isUniqueViolation(undefined));
  t.notOk(
    isUniqueViolation(prismaError({ kind: 'UniqueConstraintViolation' }), 'id'),
    'which field is not known',
  );
  t.end();
});
