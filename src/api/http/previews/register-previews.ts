import type { FastifyInstance } from 'fastify';
import type { Contained } from '../../../core/containment.ts';
import type { PreviewService } from '../../../domains/previews/preview.ts';
import { createPreviewFront } from './preview-front.ts';
import type { PreviewHosts } from './preview-hosts.ts';

/** Has previews answered at their own hosts, from which the app's routes are kept. */
export function registerPreviews(
  app: FastifyInstance,
  { previews, hosts, contained }: { previews: PreviewService; hosts: PreviewHosts; contained: Contained },
): void {
  const front = createPreviewFront({ previews, hosts, log: app.log, contained });
  app.frontDoor.lead(front);
  app.addHook('preClose', async () => front.close());
}
