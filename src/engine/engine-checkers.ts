/** Folder of a checker that `copyIn` fills. */
export const COPY_FOLDER = '/machine';

/** Where a checker finds the engine of its machine, and that engine listens for it. */
export const ENGINE_SOCKET = '/run/engine/docker.sock';

/** The number of nobody, who judges where no engine is asked. */
export const NOBODY = 65_534;

/** Containers in which what judges learners runs, out of their reach. */
export interface EngineCheckers {
  /**
   * Starts a container beside a machine: on its networks, with no power and limits of its own, and with
   * nothing in it but the image, and with `engine` the socket of the machine's own engine. Its id serves `exec` as a machine's does, and `copyIn` for {@link COPY_FOLDER}.
   * Files can be written there, in /tmp, in /var/tmp and where the image wants volumes, as far as memory reaches. It belongs to the machine's
   * environment and goes with that at the latest; by itself, once its time is over.
   * @throws CONTAINER_NOT_FOUND, IMAGE_NOT_FOUND, REGISTRY_UNREACHABLE, REGISTRY_DENIED, or `signal`'s reason
   */
  startChecker(machineId: string, spec: CheckerSpec): Promise<Checker>;

  /** Removes such a container. Removing what is gone already succeeds. */
  removeChecker(checkerId: string): Promise<void>;
}

export interface Checker {
  checkerId: string;
  /** The number of the user who runs its script. */
  uid: number;
}

export interface CheckerSpec {
  /** Pulled where it is not there; undefined for Berth's own. */
  image: string | undefined;
  /** Whether it can ask the machine's own engine, at {@link ENGINE_SOCKET}. */
  engine: boolean;
  /** How long it may live, in seconds. */
  lifetimeSeconds: number;
  signal?: AbortSignal;
}
