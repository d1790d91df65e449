import type { LabImageFolder } from './lab-images.ts';

/** What the local registry is made of, and what it holds from the start. */
const OF_REGISTRY = /^(registry|hub-.+)$/;
/** Machines with an engine of their own. */
const NESTED = 'docker';

/** The images that this machine needs: those of the local registry and of engines in machines only where they are wanted. */
export function neededImages(
  folders: readonly LabImageFolder[],
  env: NodeJS.ProcessEnv,
  { nested }: { nested: boolean },
): LabImageFolder[] {
  const registry = env['BERTH_REGISTRY'] !== 'off';
  return folders.filter(({ name }) => (registry || !OF_REGISTRY.test(name)) && (nested || name !== NESTED));
}
