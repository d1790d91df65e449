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

/** One message of the engine during an import or a build. */
export interface ImageMessage {
  readonly stream?: string;
  readonly error?: string;
  readonly status?: string;
  readonly aux?: { readonly ID?: string };
}

/** Reads the messages one by one. Destroys the stream if the reader stops early. */
export async function* readMessages(stream: NodeJS.ReadableStream): AsyncGenerator<ImageMessage> {
  for await (const line of readLines(stream)) yield JSON.parse(line) as ImageMessage;
}
