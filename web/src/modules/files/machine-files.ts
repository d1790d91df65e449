import { worded } from '../api/worded.ts';
import type { Said } from '../api/worded.ts';
import { textsNow } from '../language/language.ts';
import { fileTexts } from './texts.ts';
/** A machine whose files are looked at. */
export interface MachineOfFiles {
  session: string;
  machine: string;
}

/** What lies in a folder, as the service lists it. */
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

/** What the service, or the way to it, had against a request: words for the learner. */
export class FileProblem extends Error {
  /** Code of the service's error catalogue, where it is the service's. */
  readonly code: string | undefined;
  constructor(message: string, options: ErrorOptions & { code?: string | undefined } = {}) {
    super(message, options);
    this.code = options.code;
  }
}

/** Address of something in a machine; with `options` as docs/api-files.md has them. */
export function fileAddress(
  { session, machine }: MachineOfFiles,
  path: string,
  options: Record<string, string> = {},
): string {
  const at = `/api/v1/sessions/${encodeURIComponent(session)}/machines/${encodeURIComponent(machine)}/files`;
  return `${at}?${new URLSearchParams({ path, ...options }).toString()}`;
}

/** @throws FileProblem */
export async function listFolder(at: MachineOfFiles, path: string, signal: AbortSignal): Promise<Folder> {
  const response = await askFor(fileAddress(at, path, { list: 'true' }), { signal });
  return (await response.json()) as Folder;
}

/** The folder to begin in: that of the only user who has one, or else the root. @throws FileProblem */
export async function listHome(at: MachineOfFiles, signal: AbortSignal): Promise<Folder> {
  const homes = await listFolder(at, '/home', signal).catch((error: unknown) => {
    // An image need not have this folder.
    if (error instanceof FileProblem) return undefined;
    throw error;
  });
  const folders = homes?.entries.filter(({ kind }) => kind === 'folder') ?? [];
  const [only] = folders;
  if (only && folders.length === 1) return listFolder(at, `/home/${only.name}`, signal);
  return listFolder(at, '/', signal);
}

/** Whether a link leads to a folder. @throws FileProblem where it leads nowhere */
export async function leadsToFolder(at: MachineOfFiles, path: string): Promise<boolean> {
  const response = await ask(fileAddress(at, path), { method: 'HEAD' });
  if (!response.ok) throw new FileProblem(textsNow(fileTexts).leadsNowhere);
  return response.headers.get('berth-file-kind') === 'folder';
}

/** Sends a file, and tells how many of its bytes are on their way; returns what breaks it off. */
export function sendFile(
  at: MachineOfFiles,
  path: string,
  file: File,
  tell: { sent: (bytes: number) => void; done: () => void; failed: (problem: string) => void },
): () => void {
  // fetch() does not tell how much of a body has been sent.
  const request = new XMLHttpRequest();
  request.open('PUT', fileAddress(at, path));
  request.setRequestHeader('content-type', 'application/octet-stream');
  request.upload.addEventListener('progress', ({ loaded }) => tell.sent(loaded));
  request.addEventListener('load', () =>
    request.status < 300 ? tell.done() : tell.failed(problemOf(request.responseText).message),
  );
  request.addEventListener('error', () => tell.failed(textsNow(fileTexts).notSent(file.name)));
  request.send(file);
  return () => request.abort();
}

/** The path of `name` in a folder. */
export function pathIn(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

/** The answer to a request that went well. @throws FileProblem */
export async function askFor(address: string, options: RequestInit): Promise<Response> {
  const response = await ask(address, options);
  if (response.ok) return response;
  throw problemOf(await response.text());
}

async function ask(address: string, options: RequestInit): Promise<Response> {
  return fetch(address, options).catch((error: unknown) => {
    if (options.signal?.aborted) throw error;
    throw new FileProblem(textsNow(fileTexts).unanswered, { cause: error });
  });
}

/** What a problem of the service says; something else in its place comes from whatever stands before it. */
function problemOf(body: string): FileProblem {
  try {
    const { detail, code, details } = JSON.parse(body) as { detail?: string } & Omit<Said, 'message'>;
    const message = detail ?? textsNow(fileTexts).unanswered;
    return new FileProblem(worded({ code, message, details }), { code });
  } catch (error) {
    if (error instanceof SyntaxError) return new FileProblem(textsNow(fileTexts).unanswered);
    throw error;
  }
}
