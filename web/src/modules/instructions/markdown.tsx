import { bracesOf, isEmbeddedImage } from 'berth-lab-format/pages';
import { createElement, Fragment, useMemo } from 'react';
import type { ReactNode } from 'react';
import { BerthLink } from './berth-link.tsx';
import { parseBerthUrl } from './berth-url.ts';
import { CodeBlock, InlineCode } from './code.tsx';
import { parseMarkdown } from './parse-markdown.ts';
import type { TextNode } from './parse-markdown.ts';

/** Renders a lab's text below the page's own heading. Only known elements are created; HTML in the text stays text. */
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
      return <InlineCode code={token.content} action={bracesOf(token)?.action} />;
    case 'fence':
    case 'code_block':
      return <CodeBlock code={token.content} info={token.info} />;
    case 'image':
      return renderImage(String(token.attrGet('src')), token.content);
    case 'link_open':
      return renderLink(String(token.attrGet('href')), inside());
    case 'table_open':
      return <div className="table">{createElement('table', null, ...inside())}</div>;
    case 'heading_open':
      // The page's own heading is one level above the headings of the text.
      return createElement(`h${Math.min(Number(token.tag.slice(1)) + 1, 6)}`, null, ...inside());
    case 'ordered_list_open':
      return createElement('ol', { start: Number(token.attrGet('start') ?? 1) }, ...inside());
    case 'paragraph_open':
      // The parser hides paragraphs in lists without empty lines between the items.
      return createElement(token.hidden ? Fragment : 'p', null, ...inside());
    default:
      return token.tag === '' ? token.content : createElement(token.tag, alignment(token), ...inside());
  }
}

function renderImage(src: string, alt: string): ReactNode {
  return isEmbeddedImage(src) ? <img src={src} alt={alt} /> : renderLink(src, [alt]);
}

function renderLink(href: string, content: ReactNode[]): ReactNode {
  const target = parseBerthUrl(href);
  if (target) return createElement(BerthLink, { target }, ...content);
  // A link in the same tab would close the learner's terminals.
  return createElement('a', { href, target: '_blank', rel: 'noopener noreferrer' }, ...content);
}

function alignment(token: TextNode['token']): { style: { textAlign: 'left' | 'center' | 'right' } } | null {
  const [, side] = /text-align:(left|center|right)/.exec(String(token.attrGet('style'))) ?? [];
  return side ? { style: { textAlign: side as 'left' | 'center' | 'right' } } : null;
}
