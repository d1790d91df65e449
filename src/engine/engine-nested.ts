/** Folder of a `nested` machine in which its engine keeps images, containers and volumes: on a volume, as engines need. */
export const NESTED_DATA_FOLDER = '/var/lib/docker';

/** Part of the engine port: engines within machines. */
export interface EngineNested {
  /** Why no machine can have an engine of its own here; undefined where it can. Tries it, which takes a second. */
  nestedProblem(): Promise<string | undefined>;

  /** @throws NESTED_ENGINE_UNAVAILABLE with that */
  requireNested(): Promise<void>;
}
