import { useEffect, useMemo, useRef } from 'react';
import { typeIntoTerminal } from '../terminal/typing.ts';
import { renderMarkdown } from './render-markdown.ts';

/** A lab's text below a heading of the page's own; its shell blocks run in the terminal on a click. */
export function Markdown({ text, heading = '' }: { text: string; heading?: string }) {
  const html = useMemo(() => renderMarkdown(text, heading), [text, heading]);
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
  // What the Enter key sends is a carriage return.
  if (command) typeIntoTerminal(`${command.trimEnd()}\n`.replaceAll('\n', '\r'));
}
