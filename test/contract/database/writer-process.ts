import { openDatabase } from '../../../src/infra/database/database.ts';

/* Inserts users without end, and prints the id of each acknowledged one: node writer-process.ts <url> <prefix> */
const [, , url = '', prefix = ''] = process.argv;
const { client } = await openDatabase({ url });
for (let index = 0; ; index++) {
  const { id } = await client.user.create({
    data: { id: `${prefix}-${index}`, name: 'x', role: 'student', createdAt: new Date() },
  });
  process.stdout.write(`${id}\n`);
}
