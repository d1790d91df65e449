import MarkdownIt from 'markdown-it';
import { useEffect, useMemo, useRef } from 'react';
import { typeIntoTerminal } from '../terminal/typing.ts';

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

/** A lab's text; its shell blocks run in the terminal on a click. */
export function Markdown({ text }: { text: string }) {
  const html = useMemo(() => markdown.render(text), [text]);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const prose = place.current;
    prose?.addEventListener('click', runCommand);
    return () => prose?.removeEventListener('click', runCommand);
  }, []);
  return <div className="prose" ref={place} dangerouslySetInnerHTML={{ __html: html }} />;
}

function runCommand(event: MouseEvent) {
  if (!(event.target instanceof Element)) return;
  const button = event.target.closest('[data-run]');
  const command = button?.parentElement?.querySelector('code')?.textContent;
  if (command) typeIntoTerminal(command.endsWith('\n') ? command : `${command}\n`);
}
