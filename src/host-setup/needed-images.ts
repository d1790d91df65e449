import type { LabImageFolder } from './lab-images.ts';

/** What the local registry is made of, and what it holds from the start. */
const OF_REGISTRY = /^(registry|hub-.+)$/;
/** Machines with an engine of their own. */
const NESTED = 'docker';

/** The image of imported labs: the first import builds it. */
const OF_IMPORTS = 'ubuntu';

/**
 * The images that every machine needs: those of the local registry and of engines in machines only where they are
 * wanted, and that of imports only where a folder is built on it.
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
