/** Text that a click elsewhere on the page types into the terminal that is shown. */
const channel = new EventTarget();

class TypingEvent extends Event {
  readonly text: string;
  constructor(text: string) {
    super('typing');
    this.text = text;
  }
}

/** Types `text` as if by hand. */
export function typeIntoTerminal(text: string): void {
  channel.dispatchEvent(new TypingEvent(text));
}

/** Calls `listener` for what is typed so; returns what stops it. */
export function listenForTyping(listener: (text: string) => void): () => void {
  const handle = (event: Event) => {
    if (event instanceof TypingEvent) listener(event.text);
  };
  channel.addEventListener('typing', handle);
  return () => channel.removeEventListener('typing', handle);
}
