import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'tap';
import { connectEngine } from '../../../../src/engine/docker/client.ts';
import { createEventTranslator, watchMachines } from '../../../../src/engine/docker/events.ts';
import type { EngineEvent } from '../../../../src/engine/engine.ts';

const started = (ID: string) =>
  `${JSON.stringify({ Action: 'start', Actor: { ID, Attributes: { 'berth.environment': 's' } } })}\n`;

await test('the watch survives a split event and a listener that throws', async (t) => {
  const answers = [started('a') + started('b').slice(0, 20), started('c') + started('d')];
  const server = createServer((_, response) => {
    const answer = answers.shift() ?? '';
    if (answers.length > 0) response.end(answer);
    else response.write(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { docker, close } = connectEngine(`tcp://127.0.0.1:${port}`, {});
  const warnings: Error[] = [];
  const warn = (warning: Error) => void warnings.push(warning);
  process.on('warning', warn);
  t.teardown(() => {
    process.off('warning', warn);
    close();
    server.closeAllConnections();
    server.close();
  });

  const reported: string[] = [];
  const stop = new AbortController();
  const listener = (event: EngineEvent) => {
    reported.push('machineId' in event ? event.machineId : event.type);
    if (reported.at(-1) === 'd') stop.abort();
    throw new Error(`failed at ${reported.at(-1)}`);
  };
  await watchMachines(docker, 'i', listener, stop.signal);
  t.same(reported, ['a', 'engine-lost', 'engine-returned', 'c', 'd']);
  t.match(warnings.map(String), ['Error: failed at a']);
});

await test('an end without memory is reported as such, once', (t) => {
  const translate = createEventTranslator();
  const Actor = { ID: 'm', Attributes: { 'berth.environment': 'e', exitCode: '137' } };
  const machine = { environmentId: 'e', machineId: 'm' };
  t.equal(translate({ Action: 'oom', Actor }), undefined);
  const died = { type: 'machine-died', ...machine, exitCode: 137 };
  t.same(translate({ Action: 'die', Actor }), { ...died, outOfMemory: true });
  t.same(translate({ Action: 'die', Actor }), { ...died, outOfMemory: false });
  t.same(translate({ Action: 'start', Actor }), { type: 'machine-started', ...machine });
  t.same(translate({ Action: 'destroy', Actor }), { type: 'machine-removed', ...machine });
  t.equal(translate({ Action: 'start', Actor: { ID: 'm', Attributes: {} } }), undefined);
  t.equal(translate({}), undefined);
  t.end();
});
