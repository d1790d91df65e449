import type { LabImageFolder } from './lab-images.ts';

/** Images of the local registry, and its initial content. */
const OF_REGISTRY = /^(registry|hub-.+)$/;
/** Image of machines with their own engine. */
const NESTED = 'docker';

/** Image of imported labs. The first import builds it. */
const OF_IMPORTS = 'ubuntu';

/**
 * Returns the images that this host needs. Includes images of the local registry and of nested engines only if they are
 * enabled, and the image of imports only if another folder is based on it.
 */
export function neededImages(
  folders: readonly LabImageFolder[],
  env: NodeJS.ProcessEnv,
  { nested }: { nested: boolean },
): LabImageFolder[] {
  const registry = env['BERTH_REGISTRY'] !== 'off';
  const isBase = folders.some(({ builtOn }) => builtOn === OF_IMPORTS);
  return folders.filter(
    ({ name }) =>
      (isBase || name !== OF_IMPORTS) && (registry || !OF_REGISTRY.test(name)) && (nested || name !== NESTED),
  );
}
