import { readLines } from './json-lines.ts';

/** One message of the engine while it pulls, imports or builds. */
export interface ImageMessage {
  readonly stream?: string;
  readonly status?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
  readonly aux?: { readonly ID?: string };
}

/** Reads the messages one by one. The stream is destroyed when the reader stops early. */
export async function* readMessages(stream: NodeJS.ReadableStream): AsyncGenerator<ImageMessage> {
  for await (const line of readLines(stream)) yield JSON.parse(line) as ImageMessage;
}

/** Sums up the layers of a pull, of which each reports by itself. */
export function createPullProgress() {
  const layers = new Map<string, { current: number; total: number }>();
  return (message: ImageMessage): string => {
    const { id, status = '', progressDetail } = message;
    if (id && status === 'Downloading' && progressDetail?.total) {
      layers.set(id, { current: progressDetail.current ?? 0, total: progressDetail.total });
    }
    if (layers.size === 0) return status;
    const sum = { current: 0, total: 0 };
    for (const layer of layers.values()) {
      sum.current += layer.current;
      sum.total += layer.total;
    }
    return `${status} ${Math.floor((100 * sum.current) / sum.total)} %`;
  };
}
