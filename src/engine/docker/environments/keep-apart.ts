import type Docker from 'dockerode';
import type { Egress } from '../networks/egress.ts';
import { call } from '../faults.ts';
import { labelFilter, labelsOf } from '../labels.ts';

/** Restores the egress rules if this installation has networks with internet. @throws EGRESS_UNAVAILABLE */
export async function keepApart(options: {
  docker: Docker;
  installation: string;
  egress: Egress;
}): Promise<void> {
  const networks = await call(() =>
    options.docker.listNetworks({ filters: labelFilter(labelsOf(options.installation, 'network')) }),
  );
  if (networks.some(({ Internal }) => !Internal)) await options.egress.protect();
}
