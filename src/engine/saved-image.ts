/** The image that a saved file system or volume becomes. */
export interface CommitSpec {
  repository: string;
  tag: string;
  labels: Record<string, string>;
  /** Called with the number of bytes; throws to reject them. */
  admit?: (bytes: number) => void | Promise<void>;
}

export interface SavedImageStatus {
  id: string;
  /** All its names, as `repository:tag`; empty if the engine lost them. */
  names: string[];
}
