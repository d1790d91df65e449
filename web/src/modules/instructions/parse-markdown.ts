import { parsePage } from 'berth-lab-format/pages';
import type { Token } from 'berth-lab-format/pages';

/** A node of a lab's text: a token and the nodes inside it. */
export interface TextNode {
  token: Token;
  children: TextNode[];
}

/** Parses a text that is shown below `heading`. Omits a first heading that repeats it. */
export function parseMarkdown(text: string, heading: string): TextNode[] {
  const tokens = parsePage(text);
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
