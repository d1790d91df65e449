import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFence } from 'berth-lab-format/code-words';
import { bracesOf, isEmbeddedImage } from 'berth-lab-format/pages';
import t from 'tap';
import { parseBerthUrl } from '../../../../../web/src/modules/instructions/berth-url.ts';
import { parseMarkdown } from '../../../../../web/src/modules/instructions/parse-markdown.ts';
import type { TextNode } from '../../../../../web/src/modules/instructions/parse-markdown.ts';
import { importAll, scenarioFixtures } from '../../../../kit/labs/imports.ts';

/** Collects the actions, link targets and images of an imported text as the lab page shows it. */
function seenIn(text: string): { actions: unknown[]; targets: unknown[]; images: number } {
  const seen = { actions: [] as unknown[], targets: [] as unknown[], images: 0 };
  const visit = ({ token, children }: TextNode) => {
    if (token.type === 'fence') seen.actions.push(readFence(token.info).action);
    const inline = bracesOf(token)?.action;
    if (inline) seen.actions.push(inline);
    const href = String(token.attrGet('href') ?? '');
    if (href.startsWith('berth:')) seen.targets.push(parseBerthUrl(href));
    if (token.type === 'image' && isEmbeddedImage(String(token.attrGet('src') ?? ''))) seen.images += 1;
    for (const child of children) visit(child);
  };
  for (const node of parseMarkdown(text, '')) visit(node);
  return seen;
}

const run = { kind: 'run', terminal: undefined, machine: undefined, interrupt: false };
const copy = { kind: 'copy' };

await t.test('the page does what the scenario did', async (t) => {
  const { text } = await importAll(t, join(scenarioFixtures, 'killercoda'));
  t.equal(seenIn(await text('basics/intro.md')).images, 1);
  const { actions, targets } = seenIn(await text('basics/steps/01.md'));
  t.same(actions, [
    run,
    { ...run, terminal: 2 },
    { ...run, interrupt: true },
    copy,
    run,
    { ...run, terminal: 3, interrupt: true },
    copy,
    copy,
  ]);
  t.same(targets, [
    { kind: 'port', machine: undefined, port: 8080, path: '/boats' },
    { kind: 'port', machine: undefined, port: 9000, path: '/' },
  ]);
});

await t.test('editors and links to files use the intended paths', async (t) => {
  const { text } = await importAll(t, join(scenarioFixtures, 'katacoda'));
  const { actions, targets } = seenIn(await text('signals-flags/steps/03.md'));
  const write = { kind: 'write', path: '/root/log/log.txt', machine: undefined };
  t.same(actions, [
    { ...write, how: { mode: 'replace' } },
    { ...write, path: '/var/log/flags.txt', how: { mode: 'append' } },
    { ...write, how: { mode: 'insert', marker: '# here' } },
    copy,
    copy,
    copy,
  ]);
  t.same(targets, [
    { kind: 'file', path: '/root/log/log.txt' },
    { kind: 'file', path: '/etc/motd' },
  ]);
});

await t.test('imported texts contain no words without effect', async (t) => {
  for (const dialect of ['killercoda', 'katacoda']) {
    const { into } = await importAll(t, join(scenarioFixtures, dialect));
    const paths = (await readdir(into, { recursive: true })).filter((path) => path.endsWith('.md'));
    t.ok(paths.length > 5);
    for (const path of paths) {
      const text = await readFile(join(into, path), 'utf8');
      t.notMatch(text, /\{\{(?!exec|copy| name)|\[\[[A-Z]|TRAFFIC|<(?:br|pre|b|details|a)\b/, path);
      t.ok(seenIn(text).targets.every((place) => place !== undefined));
    }
  }
});
