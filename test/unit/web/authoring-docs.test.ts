import { readFile } from 'node:fs/promises';
import { test } from 'tap';
import { readBraces, readFence } from 'berth-lab-format/code-words';
import { readCode } from 'berth-lab-format/pages';
import { wordProblems } from '../../../src/domains/labs/schema/word-problems.ts';
import { parseBerthUrl } from '../../../web/src/modules/instructions/berth-url.ts';

const guide = await readFile(new URL('../../../docs/lab-authoring.md', import.meta.url), 'utf8');
const pages = guide.slice(guide.indexOf('### Code that does something'), guide.indexOf('## Pulling images'));

await test('the documented words of code blocks do what the documentation says', (t) => {
  const words = [...pages.matchAll(/^\| `([^[`]+)` \|/gm)].map(([, each = '']) => each);
  t.match(
    words.map((each) => readFence(`bash ${each}`).action),
    [
      { kind: 'run', terminal: undefined, machine: undefined, interrupt: false },
      { kind: 'run', terminal: 2 },
      { kind: 'run', machine: 'db' },
      { kind: 'run', interrupt: true },
      { kind: 'copy' },
      { kind: 'write', path: '/srv/app.js', how: { mode: 'replace' } },
      { kind: 'write', how: { mode: 'append' } },
      { kind: 'write', how: { mode: 'insert', marker: '// here' } },
    ],
  );
  for (const each of words)
    t.same(
      wordProblems(readCode(`\`\`\`bash ${each}\n\`\`\``).code, ['db']),
      [],
      'the lab loader accepts them',
    );
  const braces = [...pages.matchAll(/\{\{(.*?)\}\}/g)].map(([, each = '']) => readBraces(each).action?.kind);
  t.same(braces, ['run', 'run', 'copy']);
  t.end();
});

await test('the documented links lead where the documentation says', (t) => {
  const links = [...pages.matchAll(/\]\((berth:.*?)\)/g)].map(([, href = '']) => parseBerthUrl(href));
  t.same(links, [
    { kind: 'port', machine: undefined, port: 8080, path: '/' },
    { kind: 'port', machine: undefined, port: 8080, path: '/status?full=1' },
    { kind: 'port', machine: 'db', port: 8080, path: '/' },
    { kind: 'file', path: '/etc/hosts' },
  ]);
  t.end();
});
