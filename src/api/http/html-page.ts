/** Style of a page without the web app. Its colors follow the color scheme of the browser. */
const STYLE = `
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  main { max-width: 26rem; margin: 18vh auto 0; padding: 0 1rem; text-align: center }
  button { font: inherit; padding: .6rem 2rem; cursor: pointer }`;

/** Returns a standalone page, such as the sign-in page. `title`, `content` and `head` are HTML. */
export function htmlPage({
  title,
  content,
  head = '',
}: {
  title: string;
  content: string;
  head?: string;
}): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
${head}
<title>${title}</title>
<style>${STYLE}</style>
<main>
  <h1>${title}</h1>
  ${content}
</main>
</html>
`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
