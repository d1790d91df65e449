import { createEarlyInput } from './early-input.ts';

/** A terminal on the page: a place in a session's machine, whichever shell is in it. */
export interface TerminalPlace {
  sessionId: string;
  machine: string;
  number: number;
}

/** Terminals that are typed into, or were before they were there. */
const places = new Map<string, ReturnType<typeof createEarlyInput>>();

/** Types `text` as if by hand, as soon as there is a shell to take it. */
export function typeInto(place: TerminalPlace, text: string): void {
  at(place).input(text);
}

/** Calls `take` for what is typed into this terminal, and was before; returns what stops it. */
export function takeTyping(place: TerminalPlace, take: (text: string) => void): () => void {
  const input = at(place);
  input.handTo(take);
  return () => input.keep();
}

function at({ sessionId, machine, number }: TerminalPlace) {
  const key = `${sessionId} ${machine} ${number}`;
  const there = places.get(key) ?? createEarlyInput();
  places.set(key, there);
  return there;
}
