import t from 'tap';
import { inLanguage } from '../../../../src/domains/labs/localized-text.ts';

const text = { en: 'Hello', ko: '안녕', 'zh-Hant': '你好' };

await t.test('returns the text in the requested language, for any spelling of its tag', async (t) => {
  t.equal(inLanguage(text, 'ko'), '안녕');
  t.equal(inLanguage(text, 'KO'), '안녕');
  t.equal(inLanguage(text, 'zh-hant'), '你好');
});

await t.test('a more specific tag falls back part by part', async (t) => {
  t.equal(inLanguage(text, 'ko-KR'), '안녕');
  t.equal(inLanguage(text, 'zh-Hant-TW'), '你好');
});

await t.test('other tags fall back to the first language', async (t) => {
  for (const wanted of [
    undefined,
    null,
    '',
    'fr',
    'zh',
    'k',
    '__proto__',
    'constructor',
    'x'.repeat(10_000),
  ]) {
    t.equal(inLanguage(text, wanted), 'Hello', String(wanted).slice(0, 20));
  }
  t.equal(inLanguage({ ko: '안녕', en: 'Hello' }, 'fr'), '안녕');
});
