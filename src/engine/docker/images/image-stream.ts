import { readLines } from '../json-lines.ts';

/** One message of the engine while it imports or builds. */
export interface ImageMessage {
  readonly stream?: string;
  readonly error?: string;
  readonly status?: string;
  readonly aux?: { readonly ID?: string };
}

/** Reads the messages one by one. The stream is destroyed when the reader stops early. */
export async function* readMessages(stream: NodeJS.ReadableStream): AsyncGenerator<ImageMessage> {
  for await (const line of readLines(stream)) yield JSON.parse(line) as ImageMessage;
}
