import { createElement, Fragment, useMemo } from 'react';
import type { ReactNode } from 'react';
import { BerthLink } from './berth-link.tsx';
import { readBerthLink } from './berth-place.ts';
import { CodeBlock } from './code-block.tsx';
import type { CodeDeed } from './code-words.ts';
import { InlineCode } from './inline-code.tsx';
import { isShown, parseMarkdown } from './parse-markdown.ts';
import type { TextNode } from './parse-markdown.ts';

/** A lab's text below a heading of the page's own. It becomes elements that are chosen here: nothing of it is taken for HTML. */
export function Markdown(props: { text: string; heading?: string; language: string }) {
  const { text, heading = '', language } = props;
  const nodes = useMemo(() => parseMarkdown(text, heading), [text, heading]);
  return createElement('div', { className: 'prose', lang: language }, ...nodes.map(render));
}

function render(node: TextNode): ReactNode {
  const { token, children } = node;
  const inside = () => children.map(render);
  switch (token.type) {
    case 'text':
      return token.content;
    case 'softbreak':
      return '\n';
    case 'code_inline':
      return <InlineCode code={token.content} deed={token.meta as CodeDeed | null} />;
    case 'fence':
    case 'code_block':
      return <CodeBlock code={token.content} info={token.info} />;
    case 'image':
      return renderPicture(String(token.attrGet('src')), token.content);
    case 'link_open':
      return renderLink(String(token.attrGet('href')), inside());
    case 'table_open':
      return <div className="table">{createElement('table', null, ...inside())}</div>;
    case 'heading_open':
      // Headings of a text are one level below those of the page.
      return createElement(`h${Math.min(Number(token.tag.slice(1)) + 1, 6)}`, null, ...inside());
    case 'ordered_list_open':
      return createElement('ol', { start: Number(token.attrGet('start') ?? 1) }, ...inside());
    case 'paragraph_open':
      // In a list without empty lines between its items they are no paragraphs.
      return createElement(token.hidden ? Fragment : 'p', null, ...inside());
    default:
      return token.tag === '' ? token.content : createElement(token.tag, alignment(token), ...inside());
  }
}

function renderPicture(src: string, words: string): ReactNode {
  return isShown(src) ? <img src={src} alt={words} /> : renderLink(src, [words]);
}

function renderLink(href: string, words: ReactNode[]): ReactNode {
  const place = readBerthLink(href);
  if (place) return createElement(BerthLink, { place }, ...words);
  // A link that led away would take the learner's terminals with it.
  return createElement('a', { href, target: '_blank', rel: 'noopener noreferrer' }, ...words);
}

function alignment(token: TextNode['token']): { style: { textAlign: 'left' | 'center' | 'right' } } | null {
  const [, side] = /text-align:(left|center|right)/.exec(String(token.attrGet('style'))) ?? [];
  return side ? { style: { textAlign: side as 'left' | 'center' | 'right' } } : null;
}
