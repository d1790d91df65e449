/** Marks `place` while it has the focus that a key brought there; returns what ends that. */
export function markFocusByKey(place: HTMLElement): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  let key = false;
  document.addEventListener('keydown', ({ key: name }) => (key = name === 'Tab'), { capture: true, signal });
  document.addEventListener('pointerdown', () => (key = false), { capture: true, signal });
  place.addEventListener('focusin', () => place.toggleAttribute('data-by-key', key), { signal });
  place.addEventListener('focusout', () => place.removeAttribute('data-by-key'), { signal });
  return () => ending.abort();
}
