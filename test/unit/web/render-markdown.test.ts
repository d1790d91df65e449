import { test } from 'tap';
import { renderMarkdown } from '../../../web/src/modules/instructions/render-markdown.ts';

await test("HTML in a lab's text stays text, and no link runs a script", async (t) => {
  t.notMatch(renderMarkdown('<img src=x onerror=alert(1)>', ''), '<img');
  t.notMatch(renderMarkdown('[click](javascript:alert(1))', ''), '<a ');
});

await test('a link opens beside the lab, whose terminals would end with the page', async (t) => {
  for (const text of ['[docs](https://example.org)', 'https://example.org', '[lab](/labs/x)']) {
    t.match(renderMarkdown(text, ''), /<a [^>]*target="_blank" rel="noopener noreferrer"/, text);
  }
});

await test('only shell blocks can be run', async (t) => {
  t.match(renderMarkdown('```sh\nls\n```', ''), 'data-run');
  t.match(renderMarkdown('```bash\nls\n```', ''), 'data-run');
  t.notMatch(renderMarkdown('```\nls\n```', ''), 'data-run');
  t.notMatch(renderMarkdown('```yaml\na: 1\n```', ''), 'data-run');
});

await test('a first heading that repeats the one above it is left out, others stand a level lower', async (t) => {
  t.notMatch(renderMarkdown('# Find your way\n\nText', 'Find your way'), 'Find your way');
  t.match(renderMarkdown('# Other\n\nText', 'Find your way'), '<h2>Other</h2>');
});
