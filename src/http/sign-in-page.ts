/** The little that a page without the web app needs; colours follow the reader's own. */
const STYLE = `
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  main { max-width: 26rem; margin: 18vh auto 0; padding: 0 1rem; text-align: center }
  button { font: inherit; padding: .6rem 2rem; cursor: pointer }`;

/** Asks for the press of a button: opening the link alone, as mail scanners do, uses nothing up. */
export function signInPage(secret: string): string {
  return page(
    'Sign in to Berth',
    `<form method="post" action="/sign-in">
      <input type="hidden" name="secret" value="${escapeHtml(secret)}">
      <p>This link works once.</p>
      <button>Sign in</button>
    </form>`,
  );
}

export function signInFailedPage(message: string): string {
  return page('Not signed in', `<p>${escapeHtml(message)}</p>`);
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
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

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
