import { Unicode11Addon } from '@xterm/addon-unicode11';
import { Terminal } from '@xterm/xterm';
import { textsNow } from '../language/language.ts';
import { listenToSettings, screenReaderNow } from './terminal-settings.ts';
import { terminalTexts } from './texts.ts';
import '@xterm/xterm/css/xterm.css';

/** Lines of output above the screen. */
const SCROLLBACK_LINES = 5_000;

/** CAN cancels an unfinished escape sequence. RIS resets the terminal. */
const RESET = Uint8Array.of(0x18, 0x1b, 0x63);

/** Creates a terminal emulator with the page's settings. */
export function createEmulator(): Terminal {
  Terminal.strings.tooMuchOutput = textsNow(terminalTexts).tooMuchOutput;
  const emulator = new Terminal({
    scrollback: SCROLLBACK_LINES,
    fontFamily: 'ui-monospace, monospace',
    fontSize: 14,
    // With the default height, some fonts lose their underscores.
    lineHeight: 1.1,
    cursorBlink: true,
    screenReaderMode: screenReaderNow(),
    // Required by the Unicode addon.
    allowProposedApi: true,
    // By default, xterm.js logs each invalid byte to the console, which is slow.
    logLevel: 'off',
    linkHandler: { activate: (_event, address) => openLink(address) },
  });
  // Shells and editors count two columns for an emoji; without the addon, xterm.js counts one.
  emulator.loadAddon(new Unicode11Addon());
  emulator.unicode.activeVersion = '11';
  const stop = listenToSettings(() => (emulator.options.screenReaderMode = screenReaderNow()));
  emulator.loadAddon({ activate: () => {}, dispose: stop });
  return emulator;
}

/** Clears the terminal, after the output that was written before. */
export function resetEmulator(emulator: Terminal): void {
  emulator.write(RESET);
}

/** Opens a link that a program printed, after a confirmation: its text may differ from its target. */
function openLink(address: string): void {
  // The normalized form has no direction marks, and host names in ASCII, so it cannot be mistaken.
  const { href } = new URL(address);
  if (globalThis.confirm(textsNow(terminalTexts).openLink(href)))
    globalThis.open(href, '_blank', 'noopener,noreferrer');
}

/** Labels the text field of the terminal in `container` for screen readers. */
export function labelTerminal(container: HTMLElement | null, label: string, description: string): void {
  const field = container?.querySelector('textarea');
  field?.setAttribute('aria-label', label);
  field?.setAttribute('aria-description', description);
}
