import type { LabImageFolder } from './lab-images.ts';

/** Folder of the local registry's image. */
const REGISTRY = 'registry';

/** The images that this machine needs: that of the local registry only where BERTH_REGISTRY wants one. */
export function neededImages(folders: readonly LabImageFolder[], env: NodeJS.ProcessEnv): LabImageFolder[] {
  const registry = (env['BERTH_REGISTRY'] || 'off') !== 'off';
  return folders.filter(({ name }) => registry || name !== REGISTRY);
}
