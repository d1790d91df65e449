import { escapeHtml, htmlPage } from './html-page.ts';

const head = '<link rel="icon" href="/icon.svg" type="image/svg+xml">';

/** Asks for the press of a button: opening the link alone, as mail scanners do, uses nothing up. */
export function signInPage(secret: string): string {
  const content = `<form method="post" action="/sign-in">
      <input type="hidden" name="secret" value="${escapeHtml(secret)}">
      <p>This link works once.</p>
      <button>Sign in</button>
    </form>`;
  return htmlPage({ title: 'Sign in to Berth', content, head });
}

export function signInFailedPage(message: string): string {
  return htmlPage({ title: 'Not signed in', content: `<p>${escapeHtml(message)}</p>`, head });
}
