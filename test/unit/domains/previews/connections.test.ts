import { test } from 'tap';
import { createOpenConnections } from '../../../../src/domains/previews/open-connections.ts';

const port = {
  sessionId: 'one',
  machine: 'main',
  port: 80,
  machineId: 'm',
  learnerId: 'l',
  opener: { userId: 'l', role: 'student' as const, scopes: [] },
  openedWith: 'h',
};
const other = { ...port, sessionId: 'two' };
const end = () => undefined;

await test('a session has at most a hundred open connections, and others are not affected', (t) => {
  const connections = createOpenConnections();
  const releases = Array.from({ length: 100 }, () => connections.add({ port, end }));
  t.throws(() => connections.add({ port, end }), { code: 'PREVIEW_LIMIT', details: { limit: 100 } });
  const release = connections.add({ port: other, end });
  t.equal(connections.ofSession('one').length, 100);
  t.equal(connections.all().length, 101);
  t.equal(connections.ofSession('two').length, 1);
  for (const give of releases) give();
  releases[0]?.();
  t.equal(connections.ofSession('one').length, 0);
  connections.add({ port, end });
  release();
  t.equal(connections.all().length, 1);
  t.end();
});
