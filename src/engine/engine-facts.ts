/** What an engine says of itself, as far as labs depend on it. */
export interface EngineFacts {
  version: string;
  /** Whether root in a container is an ordinary user of the host. */
  userNamespaces: boolean;
  /** Which limits of a machine the engine can enforce here. */
  limits: { memory: boolean; pids: boolean; cpu: boolean };
  /** Where it keeps its images, on its own machine. */
  dataFolder: string;
}
