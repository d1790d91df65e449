import { readdir, readFile } from 'node:fs/promises';
import { test } from 'tap';

const root = new URL('../../', import.meta.url);

/** Folders with files that comments and documents name; the others hold what is installed or generated. */
const FOLDERS = ['bench', 'docs', 'images', 'labs', 'packages', 'prisma', 'setup', 'src', 'test', 'web'];

/** Folders whose comments are read. */
const SOURCES = /^(?:bench|packages|setup|src|test|web\/src)\/.*\.(?:ts|tsx|mjs|graphql)$/;
const DOCUMENTS = /^(?:docs\/.*|bench\/.*|packages\/.*|prisma\/.*)\.md$/;

const COMMENT = /^\s*(?:\/\/|\/?\*|#)(.*)|(?<!:)\/\/\s(.*)/;
const FILE_NAME = /(?<![\w./@*<$}:-])[\w./@-]*\w\.(?:tsx?|md)\b(?![\w(/-])/g;

/** This file names missing ones. */
const OWN_PATH = 'test/unit/named-files.test.ts';

/** Names that stand for files outside of the repository. */
const OTHERS = [
  // The labs that docs/lab-authoring.md and docs/importing.md write.
  /^labs\/(?:first-steps|pack-a-folder)\//,
  /^(?:steps|hints)\/\d+\.md$/,
  /^linux\/signals\/step1\.md$/,
  // A scenario that a test writes.
  /^step\.md$/,
  // Files of xterm.js.
  /^common\/(?:buffer|parser)\/Constants\.ts$/,
];

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(new URL(`${folder}/`, root), { withFileTypes: true });
  const found = entries.map(async (entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : filesOf(path);
    return [path];
  });
  return (await Promise.all(found)).flat();
}

/** Returns all ways to name a file by the end of its path. */
function endsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(index).join('/'));
}

/** Returns the names of files in the comments of a source. */
function namesIn(line: string): string[] {
  const [, whole, trailing] = COMMENT.exec(line) ?? [];
  return (whole ?? trailing ?? '').match(FILE_NAME) ?? [];
}

/** Returns the missing files that the text names, each with its line. */
function missingIn(text: string, present: ReadonlySet<string>, names = namesIn): string[] {
  return text.split('\n').flatMap((line, index) =>
    names(line)
      .map((name) => name.replace(/^[./]+/, ''))
      .filter((name) => !present.has(name) && !OTHERS.some((other) => other.test(name)))
      .map((name) => `${index + 1}: ${name}`),
  );
}

await test('a comment that names a missing file is found', async (t) => {
  const present = new Set(endsOf('src/core/clock.ts'));
  for (const [line, missing] of [
    ['// See clock.ts and core/clock.ts.', []],
    ['/** As in gone.ts. */', ['1: gone.ts']],
    [' * See core/gone.ts: it explains why.', ['1: core/gone.ts']],
    ['const one = 1; // See ../domains/clock.ts.', ['1: domains/clock.ts']],
    ["import { gone } from './gone.ts';", []],
    ['// https://example.org/page.md explains it.', []],
  ] as const) {
    t.same(missingIn(line, present), missing, line);
  }
});

await test('every file that a comment or a document names exists', async (t) => {
  const files = (await Promise.all(FOLDERS.map(filesOf))).flat();
  const outer = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isFile());
  const present = new Set([...files.flatMap(endsOf), ...outer.map(({ name }) => name)]);
  const read = files.filter((path) => (SOURCES.test(path) || DOCUMENTS.test(path)) && path !== OWN_PATH);
  t.ok(read.length > 1000, `${read.length} files are read`);
  for (const path of [...read, 'README.md', 'CONTRIBUTING.md']) {
    const text = await readFile(new URL(path, root), 'utf8');
    const names = path.endsWith('.md') ? (line: string) => line.match(FILE_NAME) ?? [] : namesIn;
    const missing = missingIn(text, present, names);
    if (missing.length > 0) t.same(missing, [], path);
  }
});
