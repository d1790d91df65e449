import { access, readdir, readFile } from 'node:fs/promises';
import { test } from 'tap';

const root = new URL('../../', import.meta.url);

/** The path of a test file in a document. Documents name those of the escape test without their parent folders. */
const TEST_PATH = /\b(?:test|escape)\/[\w./-]+\.(?:ts|pl)\b/g;

async function documents(): Promise<string[]> {
  const names = await readdir(new URL('docs/', root), { recursive: true });
  return ['README.md', 'CONTRIBUTING.md', ...names.map((name) => `docs/${name}`)].filter((name) =>
    name.endsWith('.md'),
  );
}

await test('every test that a document names exists', async (t) => {
  let named = 0;
  for (const document of await documents()) {
    const text = await readFile(new URL(document, root), 'utf8');
    for (const [path] of text.matchAll(TEST_PATH)) {
      named += 1;
      const file = path.startsWith('escape/') ? `test/integration/${path}` : path;
      await t.resolves(access(new URL(file, root)), `${path} in ${document}`);
    }
  }
  t.ok(named > 40, `${named} are named`);
});
