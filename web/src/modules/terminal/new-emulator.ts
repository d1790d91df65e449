import { Unicode11Addon } from '@xterm/addon-unicode11';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { textsNow } from '../language/language.ts';
import { openLink } from './open-link.ts';
import { listenToSettings, screenReaderNow } from './terminal-settings.ts';
import { terminalTexts } from './texts.ts';

/** Lines kept above the screen. */
const SCROLLBACK_LINES = 5_000;

/** CAN ends what sequence there is, RIS resets all. */
const RESET = Uint8Array.of(0x18, 0x1b, 0x63);

export function newEmulator(): Terminal {
  Terminal.strings.tooMuchOutput = textsNow(terminalTexts).tooMuchOutput;
  const emulator = new Terminal({
    scrollback: SCROLLBACK_LINES,
    fontFamily: 'ui-monospace, monospace',
    fontSize: 14,
    // Rows as high as the font says cut the underscores off in some fonts.
    lineHeight: 1.1,
    cursorBlink: true,
    screenReaderMode: screenReaderNow(),
    // For the widths of characters.
    allowProposedApi: true,
    // It would write each byte that is none of a terminal's into the browser's console, which takes long.
    logLevel: 'off',
    linkHandler: { activate: (_event, address) => openLink(address) },
  });
  // Emoji are two columns wide for shells and editors; by itself xterm.js counts one.
  emulator.loadAddon(new Unicode11Addon());
  emulator.unicode.activeVersion = '11';
  const stop = listenToSettings(() => (emulator.options.screenReaderMode = screenReaderNow()));
  emulator.loadAddon({ activate: () => {}, dispose: stop });
  return emulator;
}

/** Empties it, after what was written before. */
export function resetEmulator(emulator: Terminal): void {
  emulator.write(RESET);
}
