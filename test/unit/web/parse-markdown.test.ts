import { bracesOf } from 'berth-lab-format/pages';
import { test } from 'tap';
import { parseMarkdown } from '../../../web/src/modules/instructions/parse-markdown.ts';
import type { TextNode } from '../../../web/src/modules/instructions/parse-markdown.ts';

await test("HTML in a lab's text stays text", (t) => {
  t.same(outline('a <img src=x onerror=alert(1)>\n\n<script>alert(1)</script>'), [
    { paragraph_open: ['a <img src=x onerror=alert(1)>'] },
    { paragraph_open: ['<script>alert(1)</script>'] },
  ]);
  t.end();
});

await test('only links to pages, mail, ports and files are allowed', (t) => {
  const isLink = (href: string) => JSON.stringify(outline(`[x](${href})`)).includes('link_open');
  for (const href of [
    'https://a.example',
    'mailto:a@b.example',
    '/labs/x',
    '#a',
    'berth:port/80',
    'berth:file/a',
  ])
    t.ok(isLink(href), href);
  for (const href of [
    'javascript:alert(1)',
    'vbscript:x',
    'file:///etc',
    'data:text/html,x',
    'blob:x',
    '//a.example',
  ])
    t.notOk(isLink(href), href);
  t.end();
});

await test('a first heading that repeats the one above it is left out', (t) => {
  t.same(outline('# Find your way\n\nText', 'Find your way'), [{ paragraph_open: ['Text'] }]);
  t.same(outline('# Other', 'Find your way'), [{ heading_open: ['Other'] }]);
  t.end();
});

await test('braces with an action are removed from the text, and other braces stay', (t) => {
  const [text] = parseMarkdown('Run `ls`{{exec}}! `a`{{.Name}} `{{exec}}` b{{exec}}', '');
  const [, ls, after, name] = text?.children ?? [];
  t.match(ls && bracesOf(ls.token)?.action, { kind: 'run' });
  t.equal(after?.token.content, '! ');
  t.notOk(name && bracesOf(name.token)?.action);
  t.same(outline('`a`{{.Name}} `{{exec}}` b{{exec}}'), [
    { paragraph_open: ['a', '{{.Name}} ', '{{exec}}', ' b{{exec}}'] },
  ]);
  t.end();
});

type Outline = string | Record<string, unknown>;

/** Returns text as it is, and other nodes by their type. */
function outline(text: string, heading = ''): Outline[] {
  return parseMarkdown(text, heading).map(outlineOf);
}

function outlineOf({ token, children }: TextNode): Outline {
  return token.nesting === 1 ? { [token.type]: children.map(outlineOf) } : token.content;
}
