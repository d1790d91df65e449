/**
 * Folder in which the engine of a `nested` machine stores its data. It is on a volume, as engines require.
 */
export const NESTED_DATA_FOLDER = '/var/lib/docker';

/** Part of the engine port: engines in machines. */
export interface EngineNested {
  /**
   * Returns why machines cannot have their own engine here; undefined if they can. The first call takes a
   * second.
   */
  nestedProblem(): Promise<string | undefined>;

  /** @throws NESTED_ENGINE_UNAVAILABLE with that reason */
  requireNested(): Promise<void>;
}
