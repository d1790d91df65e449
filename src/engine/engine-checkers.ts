/** Folder of a checker that `copyIn` fills. */
export const COPY_FOLDER = '/machine';

/** Socket on which the engine of a machine listens for checkers. */
export const ENGINE_SOCKET = '/run/engine/docker.sock';

/** User id of nobody, who runs scripts that ask no engine. */
export const NOBODY = 65_534;

/** Containers that run trusted checks, out of reach of learners. */
export interface EngineCheckers {
  /**
   * Starts a container beside a machine, on its networks, without capabilities and with limits of its own. It has
   * nothing but its image and, with `engine`, the socket of the machine's own engine. Its id works with `exec` as a
   * machine's does, and with `copyIn` for {@link COPY_FOLDER}. Its script can write there, in /tmp, in /var/tmp and in
   * the volumes of the image, as far as memory allows. It is removed with the machine's environment, or once its
   * lifetime is over.
   * @throws CONTAINER_NOT_FOUND, IMAGE_NOT_FOUND, REGISTRY_UNREACHABLE, REGISTRY_DENIED, or `signal`'s reason
   */
  startChecker(machineId: string, spec: CheckerSpec): Promise<Checker>;

  /** Removes such a container. Removing what is gone already succeeds. */
  removeChecker(checkerId: string): Promise<void>;
}

export interface Checker {
  checkerId: string;
  /** Id of the user who runs its script. */
  uid: number;
}

export interface CheckerSpec {
  /** Pulled if the engine lacks it; undefined for Berth's own. */
  image: string | undefined;
  /** Whether it can ask the machine's own engine, at {@link ENGINE_SOCKET}. */
  engine: boolean;
  /** How long it may live, in seconds. */
  lifetimeSeconds: number;
  signal?: AbortSignal;
}
