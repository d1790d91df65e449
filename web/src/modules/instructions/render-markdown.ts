import MarkdownIt from 'markdown-it';
import type { Token } from 'markdown-it';

/** HTML in a lab's text stays text: its author writes Markdown. */
const markdown = new MarkdownIt({ html: false, linkify: true });

const plainFence = markdown.renderer.rules.fence;
markdown.renderer.rules.fence = (tokens, index, options, env, self) => {
  const block = plainFence?.(tokens, index, options, env, self) ?? '';
  const language = tokens[index]?.info.trim();
  // Only shell blocks are meant to be run; output and files are not.
  if (language !== 'sh' && language !== 'bash') return block;
  return `<div class="command">${block}<button type="button" data-run>Run</button></div>`;
};

const plainTable = markdown.renderer.rules.table_open;
markdown.renderer.rules.table_open = (tokens, index, options, env, self) =>
  `<div class="table">${plainTable?.(tokens, index, options, env, self) ?? self.renderToken(tokens, index, options)}`;
markdown.renderer.rules.table_close = (tokens, index, options, _env, self) =>
  `${self.renderToken(tokens, index, options)}</div>`;

// A link that led away would take the learner's terminals with it.
markdown.renderer.rules.link_open = (tokens, index, options, _env, self) => {
  tokens[index]?.attrSet('target', '_blank');
  tokens[index]?.attrSet('rel', 'noopener noreferrer');
  return self.renderToken(tokens, index, options);
};

/** HTML of a text that stands below `heading`: a first heading that says the same again is left out. */
export function renderMarkdown(text: string, heading: string): string {
  const env = {};
  const tokens = markdown.parse(text, env);
  const [first, words] = tokens;
  const said = first?.type === 'heading_open' && words?.content === heading;
  return markdown.renderer.render((said ? tokens.slice(3) : tokens).map(lowered), markdown.options, env);
}

/** Headings of a text are one level below those of the page. */
function lowered(token: Token): Token {
  if (token.type === 'heading_open' || token.type === 'heading_close') {
    token.tag = `h${Math.min(Number(token.tag.slice(1)) + 1, 6)}`;
  }
  return token;
}
