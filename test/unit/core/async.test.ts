import { getEventListeners } from 'node:events';
import { test } from 'tap';
import { linkedAbort } from '../../../src/core/async.ts';

await test('aborts with the first of the others, for its reason', async (t) => {
  const [one, two] = [new AbortController(), new AbortController()];
  const { signal } = linkedAbort(one.signal, two.signal);
  two.abort(new Error('two'));
  one.abort(new Error('one'));
  t.match(signal.reason, { message: 'two' });
  t.match(linkedAbort(new AbortController().signal, two.signal).signal.reason, { message: 'two' });
});

await test('aborts alone, and leaves no listeners with the others', async (t) => {
  const other = new AbortController();
  const { signal, abort, unlink } = linkedAbort(other.signal);
  t.equal(getEventListeners(other.signal, 'abort').length, 1);
  abort(new Error('own'));
  t.match(signal.reason, { message: 'own' });
  t.notOk(other.signal.aborted);
  unlink();
  t.equal(getEventListeners(other.signal, 'abort').length, 0);

  const late = linkedAbort(other.signal);
  late.unlink();
  other.abort();
  t.notOk(late.signal.aborted);
});
