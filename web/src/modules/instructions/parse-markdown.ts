import MarkdownIt from 'markdown-it';
import type { Token } from 'markdown-it';
import { readBraces } from './code-actions.ts';

/** A node of a lab's text: a token and the nodes inside it. */
export interface TextNode {
  token: Token;
  children: TextNode[];
}

/** Allowed links: pages, mail, and ports and files of the learner's machines. Other links stay text. */
const LINKS = /^(https?:|mailto:|berth:(port|file)\/|\/(?!\/)|#)/i;
/** Images embedded in the text. The page loads no images from other sites. */
const EMBEDDED_IMAGES = /^data:image\/(png|jpeg|gif|webp|avif|svg\+xml);/i;

/** Returns whether an image is embedded in the text. Other images are shown as links. */
export function isEmbeddedImage(address: string): boolean {
  return EMBEDDED_IMAGES.test(address);
}

/** HTML in a lab's text stays text, because labs can come from sources that the learner does not trust. */
const markdown = new MarkdownIt({ html: false, linkify: true });
markdown.validateLink = (address) => LINKS.test(address) || isEmbeddedImage(address);

/** Moves the action in braces after inline code, as in `ls`{{exec}}, to the code's token. */
markdown.core.ruler.push('code_actions', (state) => {
  for (const { children } of state.tokens) {
    for (const [index, token] of (children ?? []).entries()) {
      const after = children?.[index + 1];
      if (token.type !== 'code_inline' || after?.type !== 'text') continue;
      const [braces, words] = /^\{\{([^{}]*)\}\}/.exec(after.content) ?? [];
      const action = words === undefined ? undefined : readBraces(words);
      if (braces === undefined || !action) continue;
      token.meta = action;
      after.content = after.content.slice(braces.length);
    }
  }
});

/** Parses a text that is shown below `heading`. Omits a first heading that repeats it. */
export function parseMarkdown(text: string, heading: string): TextNode[] {
  const tokens = markdown.parse(text, {});
  const [first, content] = tokens;
  const repeated = first?.type === 'heading_open' && content?.content === heading;
  return nest(repeated ? tokens.slice(3) : tokens);
}

/** Builds a tree: the tokens between an opening and its closing token become its children. */
function nest(tokens: Token[]): TextNode[] {
  const root: TextNode[] = [];
  const open = [root];
  for (const token of tokens) {
    const parent = open.at(-1) ?? root;
    if (token.nesting === -1) {
      open.pop();
    } else if (token.type === 'inline') {
      parent.push(...nest(token.children ?? []));
    } else {
      const node = { token, children: [] };
      parent.push(node);
      if (token.nesting === 1) open.push(node.children);
    }
  }
  return root;
}
