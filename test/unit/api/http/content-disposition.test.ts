import { test } from 'tap';
import { asAttachment } from '../../../../src/api/http/downloads.ts';

await test('a file keeps its own name, in both forms that browsers read', async (t) => {
  t.equal(asAttachment('a b.txt'), `attachment; filename="a b.txt"; filename*=UTF-8''a%20b.txt`);
  t.equal(asAttachment('안'), `attachment; filename="_"; filename*=UTF-8''%EC%95%88`);
  t.equal(
    asAttachment(`it's (1)*`),
    `attachment; filename="it's (1)*"; filename*=UTF-8''it%27s%20%281%29%2A`,
  );
});

await test('no name can escape the header or become a path', async (t) => {
  const header = asAttachment('../a"; x\r\nSet-Cookie: b\0\u202Egpj');
  t.match(header, /^[ -~]*$/);
  t.notMatch(header, /[\r\n\0]|\.\.\/|"; x/);
  t.match(asAttachment(''), 'filename="file"');
  t.ok(asAttachment('😀'.repeat(300)).length < 1_200);
});
