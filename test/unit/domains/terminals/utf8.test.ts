import { test } from 'tap';
import { createUtf8Decoder } from '../../../../src/domains/terminals/utf8.ts';
import { seededRandom } from '../../../kit/fuzz/random.ts';

await test('characters are complete however the bytes are split', (t) => {
  const text = 'aé€😀한글\u0000\r\n\u001B[1m';
  const bytes = Buffer.from(text);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const characters = createUtf8Decoder();
    const first = characters.take(Buffer.from(bytes.subarray(0, cut)));
    t.ok(text.startsWith(first));
    t.equal(Buffer.byteLength(first) + characters.pendingBytes(), cut, 'the rest is held back');
    t.equal(first + characters.take(bytes.subarray(cut)) + characters.end(), text);
  }
  t.end();
});

await test('any bytes decode as in one piece, and few are held back', (t) => {
  const random = seededRandom(7);
  const below = (most: number) => Math.floor(random() * most);
  for (let round = 0; round < 500; round++) {
    const bytes = Buffer.from(Array.from({ length: 64 }, () => 0x70 + below(0x90)));
    const characters = createUtf8Decoder();
    let text = '';
    for (let at = 0; at < bytes.length;) {
      const next = Math.min(bytes.length, at + 1 + below(4));
      text += characters.take(bytes.subarray(at, next));
      if (characters.pendingBytes() > 3) t.fail('a complete character is held back');
      at = next;
    }
    if (text + characters.end() !== bytes.toString()) t.fail(bytes.toString('hex'));
  }
  t.end();
});
