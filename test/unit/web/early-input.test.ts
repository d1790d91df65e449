import { test } from 'tap';
import { createEarlyInput, INTERRUPT } from '../../../web/src/modules/terminal/early-input.ts';

await test('what is typed before there is a shell waits for it, and interrupts nothing', (t) => {
  const input = createEarlyInput();
  input.input(`${INTERRUPT}one\r`);
  input.input('two\r');
  const taken: string[] = [];
  input.handTo((text) => taken.push(text));
  t.same(taken, ['one\rtwo\r']);
  input.input(`${INTERRUPT}three\r`);
  t.same(taken.at(-1), `${INTERRUPT}three\r`, 'a shell that is there is interrupted');
  input.keep();
  input.input(`${INTERRUPT}four\r`);
  input.handTo((text) => taken.push(text));
  t.same(taken.at(-1), 'four\r');
  t.end();
});
