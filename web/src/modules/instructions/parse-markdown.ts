import MarkdownIt from 'markdown-it';
import type { Token } from 'markdown-it';
import { readBraces } from './code-words.ts';

/** A piece of a lab's text, with the pieces in it. */
export interface TextNode {
  token: Token;
  children: TextNode[];
}

/** Links lead to pages, to mail, and to places in the learner's machines; others stay text. */
const LINKS = /^(https?:|mailto:|berth:(port|file)\/|\/(?!\/)|#)/i;
/** Pictures that a text brings along: the page fetches none from elsewhere. */
const PICTURES = /^data:image\/(png|jpeg|gif|webp|avif|svg\+xml);/i;

/** Whether a picture of this address is shown, rather than linked to. */
export function isShown(address: string): boolean {
  return PICTURES.test(address);
}

/** HTML in a lab's text stays text: its author writes Markdown. */
const markdown = new MarkdownIt({ html: false, linkify: true });
markdown.validateLink = (address) => LINKS.test(address) || isShown(address);

/** Braces after code in a line say what a click on it does: `ls`{{exec}}. They go, and the code knows. */
markdown.core.ruler.push('code_deeds', (state) => {
  for (const { children } of state.tokens) {
    for (const [index, token] of (children ?? []).entries()) {
      const after = children?.[index + 1];
      if (token.type !== 'code_inline' || after?.type !== 'text') continue;
      const [braces, words] = /^\{\{([^{}]*)\}\}/.exec(after.content) ?? [];
      const deed = words === undefined ? undefined : readBraces(words);
      if (braces === undefined || !deed) continue;
      token.meta = deed;
      after.content = after.content.slice(braces.length);
    }
  }
});

/** A text that stands below `heading`: a first heading that says the same again is left out. */
export function parseMarkdown(text: string, heading: string): TextNode[] {
  const tokens = markdown.parse(text, {});
  const [first, words] = tokens;
  const said = first?.type === 'heading_open' && words?.content === heading;
  return nest(said ? tokens.slice(3) : tokens);
}

/** What stands between an opening token and its closing one becomes its children. */
function nest(tokens: Token[]): TextNode[] {
  const root: TextNode[] = [];
  const open = [root];
  for (const token of tokens) {
    const around = open.at(-1) ?? root;
    if (token.nesting === -1) {
      open.pop();
    } else if (token.type === 'inline') {
      around.push(...nest(token.children ?? []));
    } else {
      const node = { token, children: [] };
      around.push(node);
      if (token.nesting === 1) open.push(node.children);
    }
  }
  return root;
}
