/** Names the text field of the terminal in `place` for screen readers, which also read out how it is left. */
export function nameTerminal(place: HTMLElement | null, name: string, about: string): void {
  const field = place?.querySelector('textarea');
  field?.setAttribute('aria-label', name);
  field?.setAttribute('aria-description', about);
}
