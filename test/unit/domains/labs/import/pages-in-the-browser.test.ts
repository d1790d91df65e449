import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { readBerthLink } from '../../../../../web/src/modules/instructions/berth-url.ts';
import { readFence } from '../../../../../web/src/modules/instructions/code-actions.ts';
import { isShown, parseMarkdown } from '../../../../../web/src/modules/instructions/parse-markdown.ts';
import type { TextNode } from '../../../../../web/src/modules/instructions/parse-markdown.ts';
import { importAll, scenarioFixtures } from '../../../../support/imports.ts';

/** What the lab's page makes of an imported text, in its order. */
function seenIn(text: string): { deeds: unknown[]; places: unknown[]; pictures: number } {
  const seen = { deeds: [] as unknown[], places: [] as unknown[], pictures: 0 };
  const look = ({ token, children }: TextNode) => {
    if (token.type === 'fence') seen.deeds.push(readFence(token.info).deed);
    if (token.type === 'code_inline' && token.meta) seen.deeds.push(token.meta);
    const href = String(token.attrGet('href') ?? '');
    if (href.startsWith('berth:')) seen.places.push(readBerthLink(href));
    if (token.type === 'image' && isShown(String(token.attrGet('src') ?? ''))) seen.pictures += 1;
    for (const child of children) look(child);
  };
  for (const node of parseMarkdown(text, '')) look(node);
  return seen;
}

const run = { kind: 'run', terminal: undefined, machine: undefined, interrupt: false };
const copy = { kind: 'copy' };

await t.test('the page does what the scenario did', async (t) => {
  const { text } = await importAll(t, join(scenarioFixtures, 'killercoda'));
  t.equal(seenIn(await text('basics/intro.md')).pictures, 1);
  const { deeds, places } = seenIn(await text('basics/steps/01.md'));
  t.same(deeds, [
    run,
    { ...run, terminal: 2 },
    { ...run, interrupt: true },
    copy,
    run,
    { ...run, terminal: 3, interrupt: true },
    copy,
    copy,
  ]);
  t.same(places, [
    { kind: 'port', machine: undefined, port: 8080, path: '/boats' },
    { kind: 'port', machine: undefined, port: 9000, path: '/' },
  ]);
});

await t.test('editors and links to files work on the paths that were meant', async (t) => {
  const { text } = await importAll(t, join(scenarioFixtures, 'katacoda'));
  const { deeds, places } = seenIn(await text('signals-flags/steps/03.md'));
  const write = { kind: 'write', path: '/root/log/log.txt', machine: undefined };
  t.same(deeds, [
    { ...write, how: { mode: 'replace' } },
    { ...write, path: '/var/log/flags.txt', how: { mode: 'append' } },
    { ...write, how: { mode: 'insert', marker: '# here' } },
    copy,
    copy,
    copy,
  ]);
  t.same(places, [
    { kind: 'file', path: '/root/log/log.txt' },
    { kind: 'file', path: '/etc/motd' },
  ]);
});

await t.test('no text of an import has words of scenarios left that do nothing', async (t) => {
  for (const dialect of ['killercoda', 'katacoda']) {
    const { into } = await importAll(t, join(scenarioFixtures, dialect));
    const paths = (await readdir(into, { recursive: true })).filter((path) => path.endsWith('.md'));
    t.ok(paths.length > 5);
    for (const path of paths) {
      const text = await readFile(join(into, path), 'utf8');
      t.notMatch(text, /\{\{(?!exec|copy| name)|\[\[[A-Z]|TRAFFIC|<(?:br|pre|b|details|a)\b/, path);
      t.ok(seenIn(text).places.every((place) => place !== undefined));
    }
  }
});
