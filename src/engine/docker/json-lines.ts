/** Longest line, in characters: engines send shorter messages. */
const MAX_LINE_CHARS = 1_000_000;

/** Splits a stream of text into lines, without empty ones. */
export async function* readLines(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r?\n/);
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_CHARS) throw new Error('the engine sent a line without an end');
    for (const line of lines) if (line) yield line;
  }
  if (rest) yield rest;
}
