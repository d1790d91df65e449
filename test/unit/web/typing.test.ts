import { test } from 'tap';
import { createInputBuffer, INTERRUPT } from '../../../web/src/modules/terminal/typing.ts';

await test('input before the shell starts is buffered without interrupts', (t) => {
  const input = createInputBuffer();
  input.input(`${INTERRUPT}one\r`);
  input.input('two\r');
  const taken: string[] = [];
  input.connect((text) => taken.push(text));
  t.same(taken, ['one\rtwo\r']);
  input.input(`${INTERRUPT}three\r`);
  t.same(taken.at(-1), `${INTERRUPT}three\r`, 'a connected shell gets the interrupt');
  input.disconnect();
  input.input(`${INTERRUPT}four\r`);
  input.connect((text) => taken.push(text));
  t.same(taken.at(-1), 'four\r');
  t.end();
});
