/** A fenced block of a documentation page. */
export interface GuideBlock {
  /** The language after the fence, such as `yaml`, or an empty string. */
  language: string;
  text: string;
  /** The path of the file, if the line before names one. */
  path: string | undefined;
  /** The heading above it. */
  heading: string;
}

/** The fenced blocks of a Markdown page, in order. */
export function guideBlocks(page: string): GuideBlock[] {
  const blocks: GuideBlock[] = [];
  let heading = '';
  let previousLine = '';
  let open: { fence: string; lines: string[]; block: Omit<GuideBlock, 'text'> } | undefined;
  for (const line of page.split('\n')) {
    if (open && line !== open.fence) {
      open.lines.push(line);
    } else if (open) {
      blocks.push({ ...open.block, text: open.lines.map((each) => `${each}\n`).join('') });
      open = undefined;
      previousLine = '';
    } else {
      const [, fence, language = ''] = /^(`{3,})(\w*)$/.exec(line) ?? [];
      const path = /^`([\w./-]+)`:$/.exec(previousLine)?.[1];
      if (fence !== undefined) open = { fence, lines: [], block: { language, path, heading } };
      else if (line.startsWith('#')) heading = line.replace(/^#+ /, '');
      if (line !== '') previousLine = line;
    }
  }
  return blocks;
}
