import type { Terminal } from '@xterm/xterm';

/**
 * Puts the caret into the emulator's text field before a key is typed there. After a dialog Chromium gives the field
 * the focus without its caret: Space would scroll the page, and what is composed come to nothing.
 */
export function holdCaret(place: HTMLElement, { textarea }: Terminal): void {
  place.addEventListener(
    'keydown',
    ({ target, ctrlKey, metaKey }) => {
      if (!textarea || target !== textarea || ctrlKey || metaKey) return;
      const { anchorNode = null } = document.getSelection() ?? {};
      if (place.contains(anchorNode)) return;
      const end = textarea.value.length;
      textarea.setSelectionRange(end, end);
    },
    { capture: true },
  );
}
