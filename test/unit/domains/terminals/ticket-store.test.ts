import { test } from 'tap';
import { hashSecret } from '../../../../src/domains/identity/secrets.ts';
import { createTicket } from '../../../../src/domains/terminals/ticket-store.ts';

await test('a ticket is random, fits into a subprotocol, and only its hash is stored', (t) => {
  const tickets = Array.from({ length: 100 }, createTicket);
  t.equal(new Set(tickets.map(({ secret }) => secret)).size, 100);
  for (const { secret, hash } of tickets) {
    t.match(secret, /^[A-Za-z0-9_-]{43,}$/);
    t.equal(hash, hashSecret(secret));
    t.notOk(hash.includes(secret));
  }
  t.end();
});
