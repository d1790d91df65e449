import type { FastifyRequest } from 'fastify';
import type { PreviewHosts } from '../http/previews/preview-hosts.ts';
import type { PublicUrls } from './context.ts';

/** Addresses under the public address, or where none is set under the one that the request went to. */
export function publicUrls(
  request: FastifyRequest,
  { publicUrl, previewHosts }: { publicUrl: string | undefined; previewHosts: Pick<PreviewHosts, 'origin'> },
): PublicUrls {
  const base = publicUrl ?? `${request.protocol}://${request.host}`;
  return {
    signIn: (secret) => `${base}/sign-in/${secret}`,
    terminal: (id) => `${base.replace(/^http/, 'ws')}/ws/terminals/${id}`,
    files: (session, machine) =>
      `${base}/api/v1/sessions/${session}/machines/${encodeURIComponent(machine)}/files`,
    recording: (id) => `${base}/api/v1/recordings/${id}.cast`,
    preview: (label, path) => previewHosts.origin(label, request.host) + path,
  };
}
