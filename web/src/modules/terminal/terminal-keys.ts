import type { Terminal } from '@xterm/xterm';

/** Longest pause between Escape and Tab, in milliseconds; beyond it Tab is the shell's again. */
const LEAVE_MS = 2_000;

/**
 * Keys that are the page's rather than the shell's: Tab leaves the terminal after Escape, so that
 * nobody is caught in it, and at once where nothing can be typed; Ctrl+Shift+C copies what is selected.
 */
export function keepKeys(terminal: Terminal): void {
  let escapedAt = -Infinity;
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.type !== 'keydown' || event.key === 'Shift') return true;
    const escaped = event.timeStamp - escapedAt < LEAVE_MS;
    escapedAt = event.key === 'Escape' ? event.timeStamp : -Infinity;
    if (event.key === 'Tab' && (escaped || terminal.options.disableStdin)) return false;
    if (event.code === 'KeyC' && event.ctrlKey && event.shiftKey) {
      event.preventDefault();
      // The clipboard's newer interface is refused to pages over plain http.
      if (terminal.hasSelection()) document.execCommand('copy');
      return false;
    }
    return true;
  });
}
