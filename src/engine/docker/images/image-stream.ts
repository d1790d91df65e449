import { readLines } from '../json-lines.ts';

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
