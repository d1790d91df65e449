import { test } from 'tap';
import { fault } from '../../../../src/core/errors.ts';
import { call, engineMessage, hasStatus, toFault } from '../../../../src/engine/docker/faults.ts';

function answered(statusCode: number, words: string): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) some reason - ${words} `), { statusCode });
}

await test('each answer of the engine has its fault', (t) => {
  const system = (code: string) => Object.assign(new Error(code), { code });
  const table: [Error, string][] = [
    [system('ECONNREFUSED'), 'ENGINE_UNREACHABLE'],
    [system('ENOENT'), 'ENGINE_UNREACHABLE'],
    [system('ECONNRESET'), 'ENGINE_UNREACHABLE'],
    [answered(404, 'No such container: x'), 'CONTAINER_NOT_FOUND'],
    [answered(409, 'container x is not running'), 'MACHINE_NOT_RUNNING'],
    [answered(409, 'Container x is paused, unpause the container before exec'), 'MACHINE_NOT_RUNNING'],
    [answered(500, 'write /x: no space left on device'), 'DISK_FULL'],
    [answered(507, 'no space left on device'), 'DISK_FULL'],
    [answered(400, 'bad parameter'), 'ENGINE_REFUSED'],
    [new TypeError('our own mistake'), 'INTERNAL'],
    [system('CERT_HAS_EXPIRED'), 'ENGINE_UNREACHABLE'],
  ];
  for (const [error, code] of table) t.match(toFault(error), { code, cause: error }, error.message);
  t.end();
});

await test('a 404 means what the caller asked for, unless the container itself is missing', (t) => {
  const missing = () => fault('NOT_FOUND', { thing: 'file' });
  t.match(toFault(answered(404, 'Could not find the file /x in container y'), missing), {
    code: 'NOT_FOUND',
  });
  t.match(toFault(answered(404, 'No such container: y'), missing), { code: 'CONTAINER_NOT_FOUND' });
  t.end();
});

await test('a fault contains the engine’s message and status', (t) => {
  const wrapped = toFault(answered(403, 'Pool overlaps with other one on this address space'));
  t.equal(engineMessage(wrapped), 'Pool overlaps with other one on this address space');
  t.ok(hasStatus(wrapped, 403, 409));
  t.notOk(hasStatus(wrapped, 404));
  t.match(wrapped.message, /^The container engine refused: Pool overlaps/);
  t.end();
});

await test('a call without an answer times out', async (t) => {
  const never = () => new Promise<never>(() => {});
  await t.rejects(call(never, { timeoutMs: 20 }), { code: 'ENGINE_UNREACHABLE' });
});
