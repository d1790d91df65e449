/** What this system is, and what this process may do with it. */
export interface Host {
  readonly root: boolean;
  /** Whether it takes Debian's packages: Debian, Ubuntu and their like. */
  readonly debian: boolean;
  /** The release of a Debian itself, such as `trixie`; undefined for others. */
  readonly debianCodename: string | undefined;
}

/** Reads the text of /etc/os-release. */
export function parseOsRelease(text: string): Omit<Host, 'root'>;

export function readHost(): Promise<Host>;

/** A `.catch()` that answers `value` for a file that does not exist and throws all else on. */
export function whenMissing<T>(value: T): (error: NodeJS.ErrnoException) => T;

/** Whether a program is on the PATH, or in the administrator's folders that a user's lacks. */
export function hasCommand(name: string, path?: string): Promise<boolean>;

/** Installs packages without recommended ones and without questions; needs root. */
export function installPackages(options: {
  packages: readonly string[];
  /** Left out where the distribution does not have them. */
  optional?: readonly string[];
  /** False keeps the packages' own services from being started, when only their programs are wanted. */
  startServices?: boolean;
  onProgress: (line: string) => void;
}): Promise<void>;
