import { translateMessage } from '../api/service-message.ts';
import type { ServiceMessage } from '../api/service-message.ts';
import { textsNow } from '../language/language.ts';
import { fileTexts } from './texts.ts';

/** A machine of a session. */
export interface MachineRef {
  session: string;
  machine: string;
}

/** An entry of a folder, as the service lists it. */
export interface FileEntry {
  name: string;
  kind: 'file' | 'folder' | 'link' | 'other';
  size: number;
  target: string | null;
}

export interface Folder {
  path: string;
  entries: FileEntry[];
  truncated: boolean;
}

/** A failed file request; its message is for the learner. */
export class FileProblem extends Error {
  /** Code of the service's error catalogue; undefined if the service did not answer. */
  readonly code: string | undefined;
  constructor(message: string, options: ErrorOptions & { code?: string | undefined } = {}) {
    super(message, options);
    this.code = options.code;
  }
}

/** Returns the address of a file or folder in a machine. docs/api-files.md lists the options. */
export function fileAddress(
  { session, machine }: MachineRef,
  path: string,
  options: Record<string, string> = {},
): string {
  const at = `/api/v1/sessions/${encodeURIComponent(session)}/machines/${encodeURIComponent(machine)}/files`;
  return `${at}?${new URLSearchParams({ path, ...options }).toString()}`;
}

/** Lists a folder. @throws FileProblem */
export async function listFolder(at: MachineRef, path: string, signal: AbortSignal): Promise<Folder> {
  const response = await request(fileAddress(at, path, { list: 'true' }), { signal });
  return (await response.json()) as Folder;
}

/** Lists the only home folder, or the root if the machine has none or several. @throws FileProblem */
export async function listHome(at: MachineRef, signal: AbortSignal): Promise<Folder> {
  const homes = await listFolder(at, '/home', signal).catch((error: unknown) => {
    // Not every image has this folder.
    if (error instanceof FileProblem) return undefined;
    throw error;
  });
  const folders = homes?.entries.filter(({ kind }) => kind === 'folder') ?? [];
  const [only] = folders;
  if (only && folders.length === 1) return listFolder(at, `/home/${only.name}`, signal);
  return listFolder(at, '/', signal);
}

/** Returns whether a link points to a folder. @throws FileProblem if its target does not exist */
export async function pointsToFolder(at: MachineRef, path: string): Promise<boolean> {
  const response = await send(fileAddress(at, path), { method: 'HEAD' });
  if (!response.ok) throw new FileProblem(textsNow(fileTexts).brokenLink);
  return response.headers.get('berth-file-kind') === 'folder';
}

/** Uploads a file and reports the bytes sent. Returns a function that cancels the upload. */
export function sendFile(
  at: MachineRef,
  path: string,
  file: File,
  report: { sent: (bytes: number) => void; done: () => void; failed: (problem: string) => void },
): () => void {
  // fetch() does not report the progress of an upload.
  const request = new XMLHttpRequest();
  request.open('PUT', fileAddress(at, path));
  request.setRequestHeader('content-type', 'application/octet-stream');
  request.upload.addEventListener('progress', ({ loaded }) => report.sent(loaded));
  request.addEventListener('load', () =>
    request.status < 300 ? report.done() : report.failed(problemOf(request.responseText).message),
  );
  request.addEventListener('error', () => report.failed(textsNow(fileTexts).uploadFailed(file.name)));
  request.send(file);
  return () => request.abort();
}

/** Returns the path of the entry `name` in a folder. */
export function pathIn(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

/** Returns the response to a successful request. @throws FileProblem */
export async function request(address: string, options: RequestInit): Promise<Response> {
  const response = await send(address, options);
  if (response.ok) return response;
  throw problemOf(await response.text());
}

async function send(address: string, options: RequestInit): Promise<Response> {
  return fetch(address, options).catch((error: unknown) => {
    if (options.signal?.aborted) throw error;
    throw new FileProblem(textsNow(fileTexts).notResponding, { cause: error });
  });
}

/** Reads an error response. A body that is not JSON comes from a proxy in front of the service. */
function problemOf(body: string): FileProblem {
  try {
    const { detail, code, details } = JSON.parse(body) as { detail?: string } & Omit<
      ServiceMessage,
      'message'
    >;
    const message = detail ?? textsNow(fileTexts).notResponding;
    return new FileProblem(translateMessage({ code, message, details }), { code });
  } catch (error) {
    if (error instanceof SyntaxError) return new FileProblem(textsNow(fileTexts).notResponding);
    throw error;
  }
}
