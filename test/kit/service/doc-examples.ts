import { readFile } from 'node:fs/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { BerthProcess } from './berth-process.ts';

/** Names on a documentation page, and their replacements in the test. */
export type Names = Readonly<Record<string, string>>;

/** Code of `language` on a page of docs/, in order, with the names of the test. */
export async function examplesOf(page: string, language: string, names: Names = {}): Promise<string[]> {
  const text = await readFile(new URL(`../../../docs/${page}`, import.meta.url), 'utf8');
  const blocks = text.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'));
  return [...blocks].map(([, code = '']) =>
    Object.entries(names).reduce((changed, [name, own]) => changed.replaceAll(name, own), code),
  );
}

/** Runs an operation, or a subscription until `isLast` accepts its data or it ends. Returns its last data. */
export async function runExample<T>(
  berth: BerthProcess,
  query: string,
  { variables = {}, isLast = () => true }: { variables?: object; isLast?: (data: T) => boolean } = {},
): Promise<T | undefined> {
  if (!query.startsWith('subscription')) return berth.graphql<T>(query, variables);
  const socket = createClient({
    url: `${berth.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { token: berth.adminToken },
  });
  let last: T | undefined;
  const reported = socket.iterate<T>({ query, variables: variables as Record<string, unknown> });
  for await (const { data, errors } of reported) {
    if (errors) throw new Error(JSON.stringify(errors));
    last = data ?? undefined;
    if (last && isLast(last)) break;
  }
  await socket.dispose();
  return last;
}
