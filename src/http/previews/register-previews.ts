import type { FastifyInstance } from 'fastify';
import type { PreviewService } from '../../previews/preview.ts';
import { createPreviewFront } from './preview-front.ts';
import type { PreviewHosts } from './preview-hosts.ts';

/** Has previews answered at their own hosts, from which the app's routes are kept. */
export function registerPreviews(
  app: FastifyInstance,
  { previews, hosts }: { previews: PreviewService; hosts: PreviewHosts },
): void {
  const front = createPreviewFront({ previews, hosts, log: app.log });
  app.frontDoor.lead(front);
  app.addHook('preClose', async () => front.close());
}
