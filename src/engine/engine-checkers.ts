/** The folder in a checker that `copyIn` fills. */
export const COPY_FOLDER = '/machine';

/** The socket on which a machine's own engine listens for checkers. */
export const ENGINE_SOCKET = '/run/engine/docker.sock';

/** User id of nobody, who runs scripts that do not use the machine's engine. */
export const NOBODY = 65_534;

/** Containers that run trusted checks. Learners cannot access them. */
export interface EngineCheckers {
  /**
   * Starts a container next to a machine, on its networks, without capabilities and with its own limits. It
   * contains only its image and, with `engine`, the socket of the machine's own engine. Its id works with
   * `exec` like a machine's, and with `copyIn` for {@link COPY_FOLDER}. Its script can write to that folder,
   * /tmp, /var/tmp and the volumes of the image, limited by memory. It is removed with the machine's
   * environment or when its lifetime is over.
   * @throws CONTAINER_NOT_FOUND, IMAGE_NOT_FOUND, REGISTRY_UNREACHABLE, REGISTRY_DENIED, or `signal`'s reason
   */
  startChecker(machineId: string, spec: CheckerSpec): Promise<Checker>;

  /** Removes such a container. Succeeds if it is already gone. */
  removeChecker(checkerId: string): Promise<void>;
}

export interface Checker {
  checkerId: string;
  /** Id of the user who runs the script. */
  uid: number;
}

export interface CheckerSpec {
  /** Pulled if the engine does not have it; undefined selects Berth's own image. */
  image: string | undefined;
  /** Whether it can access the machine's own engine at {@link ENGINE_SOCKET}. */
  engine: boolean;
  /** Maximum lifetime, in seconds. */
  lifetimeSeconds: number;
  signal?: AbortSignal;
}
