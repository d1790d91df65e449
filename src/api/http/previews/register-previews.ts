import type { FastifyInstance } from 'fastify';
import type { Contained } from '../../../core/containment.ts';
import type { PreviewService } from '../../../domains/previews/preview.ts';
import { createPreviewHandler } from './preview-handler.ts';
import type { PreviewHosts } from '../../shared/preview-hosts.ts';

/** Serves previews at their own hosts, where the app's routes are not reachable. */
export function registerPreviews(
  app: FastifyInstance,
  { previews, hosts, contained }: { previews: PreviewService; hosts: PreviewHosts; contained: Contained },
): void {
  const front = createPreviewHandler({ previews, hosts, log: app.log, contained });
  app.frontDoor.lead(front);
  app.addHook('preClose', async () => front.close());
}
