/** Most bytes that are kept of what a job printed: enough to see why a build failed. */
export const LOG_BYTES = 256 * 1024;
/** Cutting costs as much as what is kept is long, so it is done once in so many bytes too many. */
const SLACK_BYTES = 64 * 1024;
/** A line longer than this is cut. */
const LINE_BYTES = 8 * 1024;

/** Gathers what a job prints, and keeps the end of it. */
export function createJobLog() {
  let lines: Buffer[] = [];
  let bytes = 0;

  function cut(): void {
    let first = 0;
    for (; bytes > LOG_BYTES; first++) bytes -= lines[first]?.length ?? 0;
    lines = lines.slice(first);
  }

  return {
    add(line: string): void {
      // PostgreSQL stores no NUL.
      const whole = Buffer.from(line.replaceAll('\0', '\uFFFD'));
      const text = whole.length < LINE_BYTES ? whole : cutWhole(whole, LINE_BYTES);
      const added = Buffer.concat([text, Buffer.from('\n')]);
      lines.push(added);
      bytes += added.length;
      if (bytes > LOG_BYTES + SLACK_BYTES) cut();
    },
    text(): string {
      cut();
      return Buffer.concat(lines).toString();
    },
  };
}

/** The first bytes of UTF-8, with no character broken. */
function cutWhole(text: Buffer, limit: number): Buffer {
  let end = limit;
  while (((text[end] ?? 0) & 0b1100_0000) === 0b1000_0000) end--;
  return text.subarray(0, end);
}
