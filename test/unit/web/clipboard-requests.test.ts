import { test } from 'tap';
import { clipboardText, plainPreview } from '../../../web/src/modules/terminal/clipboard-requests.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

await test('only requests to write text are accepted', (t) => {
  t.equal(clipboardText(`c;${base64('한글\n\tok\u001b[31m\u0000')}`), '한글\n\tok[31m');
  t.equal(clipboardText(`;${base64('tmux')}`), 'tmux');
  t.equal(clipboardText(`pc;${base64('both')}`), 'both');
  for (const refused of [
    'c;?',
    ';?',
    '?',
    'c;',
    '',
    'c',
    'p;QUJD',
    'c;!',

    'c;/w==',
    'c;AA==',
    'x;QUJD',
  ])
    t.equal(clipboardText(refused), undefined, refused);
  t.equal(clipboardText(`c;${'QUJD'.repeat(262_143)}`)?.length, 786_429);
  t.equal(clipboardText(`c;${'QUJD'.repeat(262_144)}`), undefined, 'longer than 1 MiB');
  t.end();
});

await test('a preview marks each invisible character', (t) => {
  t.equal(plainPreview('a\u202eb\u200bc\u2028d\ue000\n', 20), 'a·b·c·d··');
  t.equal(plainPreview('한'.repeat(30), 10), `${'한'.repeat(10)}…`);
  t.equal(plainPreview('😀'.repeat(30), 10), `${'😀'.repeat(10)}…`);
  t.end();
});
