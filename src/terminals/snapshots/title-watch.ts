const INTRODUCER = Buffer.from('\x1b]');

/** Longest sequence that is read, in bytes: nobody reads more of a title. */
const MAX_SEQUENCE = 1_024;

/** A sequence that sets a title, each byte a character; and one that may yet. */
// oxlint-disable-next-line no-control-regex -- they begin and end a sequence.
const whole = /^\x1b\][02];([^\x00-\x1f\x7f]*)(?:\x07|\x1b\\)/;
// oxlint-disable-next-line no-control-regex -- they begin and end a sequence.
const begun = /^\x1b(?:\](?:[02](?:;[^\x00-\x1f\x7f]*\x1b?)?)?)?$/;

/**
 * Remembers the title that the output had set which is no longer kept: what runs for long sets it once, when it
 * begins.
 */
export function createTitleWatch() {
  let title = '';
  let cut = Buffer.alloc(0);

  return {
    /** Is told all output in its order, in pieces cut anywhere. */
    see(piece: Buffer): void {
      const output = cut.length > 0 ? Buffer.concat([cut, piece]) : piece;
      title = lastTitle(output) ?? title;
      cut = lastBegun(output);
    },
    /** What gives a terminal this title. */
    setting: (): Buffer => Buffer.from(title && `\x1b]2;${title}\x1b\\`, 'latin1'),
  };
}

function lastTitle(output: Buffer): string | undefined {
  for (let end = output.length; end > 0;) {
    const at = output.subarray(0, end).lastIndexOf(INTRODUCER);
    if (at < 0) return undefined;
    const [, title] = whole.exec(output.toString('latin1', at, at + MAX_SEQUENCE)) ?? [];
    if (title !== undefined) return title;
    end = at;
  }
  return undefined;
}

/** A copy: the memory of the output is used again. */
function lastBegun(output: Buffer): Buffer<ArrayBuffer> {
  for (const at of [output.lastIndexOf(INTRODUCER), output.length - 1]) {
    const isShort = at >= 0 && output.length - at < MAX_SEQUENCE;
    if (isShort && begun.test(output.toString('latin1', at))) return Buffer.from(output.subarray(at));
  }
  return Buffer.alloc(0);
}
