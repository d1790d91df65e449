import { test } from 'tap';
import { createTypedInput } from 'berth-terminal-client/typed-input';

const bytes = (text: string) => Buffer.from(text);
const text = (chunks: Uint8Array[]) => Buffer.concat(chunks).toString();

await test('input that the server has not taken is sent again, also from the middle of a chunk', (t) => {
  const typed = createTypedInput();
  typed.add(bytes('hello '), true);
  typed.add(bytes('world'), true);
  t.equal(text(typed.send()), 'hello world');
  t.same(typed.send(), []);
  typed.take(2);
  typed.add(bytes('!'), false);
  typed.resume(8);
  t.equal(text(typed.send()), 'rld!');
  t.equal(typed.sent, 12);
  t.end();
});

await test('a server that does not count input gets only unsent input', (t) => {
  const typed = createTypedInput();
  typed.add(bytes('sent'), true);
  typed.send();
  typed.add(bytes('kept'), false);
  typed.resume(undefined);
  t.equal(text(typed.send()), 'kept');
  t.end();
});

await test('the buffer is limited, with and without a connection', (t) => {
  const typed = createTypedInput();
  t.ok(typed.add(Buffer.alloc(65_536), false));
  t.notOk(typed.add(bytes('a'), false));
  typed.send();
  t.ok(typed.add(Buffer.alloc(4_000_000), true));
  t.notOk(typed.add(Buffer.alloc(200_000), true), 'the shell does not read');
  typed.take(65_536);
  t.ok(typed.add(Buffer.alloc(180_000), true));
  t.end();
});
