/** The operating system, and the rights of this process. */
export interface Host {
  readonly root: boolean;
  /** Whether it uses Debian packages: Debian, Ubuntu and their derivatives. */
  readonly debian: boolean;
  /** The release of Debian, such as `trixie`; undefined for its derivatives. */
  readonly debianCodename: string | undefined;
}

/** Parses /etc/os-release. */
export function parseOsRelease(text: string): Omit<Host, 'root'>;

export function readHost(): Promise<Host>;

/** Returns a handler for `.catch()` that returns `value` if a file does not exist, and rethrows other errors. */
export function whenMissing<T>(value: T): (error: NodeJS.ErrnoException) => T;

/** Returns whether a program is on the PATH or in the administrator's folders. */
export function hasCommand(name: string, path?: string): Promise<boolean>;

/** Installs packages without their recommendations and without questions. Needs root. */
export function installPackages(options: {
  packages: readonly string[];
  /** Packages that are skipped if the distribution does not have them. */
  optional?: readonly string[];
  /** If false, the services of the packages are not started. */
  startServices?: boolean;
  onProgress: (line: string) => void;
}): Promise<void>;
