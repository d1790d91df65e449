/** What is to become of a file system or a volume that is saved. */
export interface CommitSpec {
  repository: string;
  tag: string;
  labels: Record<string, string>;
  /** Told how many bytes it takes; may throw. */
  admit?: (bytes: number) => void | Promise<void>;
}

export interface SavedImageStatus {
  id: string;
  /** All that it goes by, as `repository:tag`; none where an engine lost them. */
  names: string[];
}
