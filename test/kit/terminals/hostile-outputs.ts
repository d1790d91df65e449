/** Outputs that make a watcher read the same bytes repeatedly, if it has that weakness. */
export const hostileOutputs: Record<string, string> = {
  'endless titles': '\x1b]0;',
  'overlong titles': `\x1b]0;${'x'.repeat(2_000)}`,
  titles: '\x1b]0;a\x07',
  'titles that ESC ends': '\x1b]2;\x1b\\',
  keypads: '\x1b=',
  modes: '\x1b[?1h',
  'many modes in a sequence': `\x1b[?${'1;'.repeat(30)}1h`,
  'endless modes': '\x1b[?1;',
  'ESC alone': '\x1b',
  'an occasional ESC': `\x1b${'x'.repeat(40)}`,
  'plain text': 'yes\r\n',
};
