const MIB = 1024 * 1024;

/** Limits of a lab's folder: far more than a lab of text needs, far less than would slow down a start. */
export const FOLDER_LIMITS = {
  files: 1_000,
  /** Levels of nested folders. */
  depth: 8,
  bytesPerFile: MIB,
  bytes: 16 * MIB,
};

export type FolderMeasure = ReturnType<typeof createFolderMeasure>;

/** Counts the files and bytes of a lab's folder, from any source. */
export function createFolderMeasure() {
  let files = 0;
  let bytes = 0;
  return {
    /** Counts one more file. */
    add(length: number): void {
      files += 1;
      bytes += length;
    },
    /** Explains which limit is exceeded, as the end of a sentence. */
    problem(): string | undefined {
      if (files >= FOLDER_LIMITS.files)
        return `has too many files: a lab can have at most ${FOLDER_LIMITS.files - 1}`;
      return bytes > FOLDER_LIMITS.bytes ? `is larger than ${FOLDER_LIMITS.bytes / MIB} MiB` : undefined;
    },
  };
}

/** Explains why a path is nested too deeply, as the end of a sentence. */
export function depthProblem(path: string): string | undefined {
  const depth = path.split('/').length - 1;
  return depth > FOLDER_LIMITS.depth ? `is nested more than ${FOLDER_LIMITS.depth} folders deep` : undefined;
}

/** Explains why a file of this size is rejected, as the end of a sentence. */
export function sizeProblem(bytes: number, limit = FOLDER_LIMITS.bytesPerFile): string | undefined {
  return bytes > limit ? `is larger than ${limit / MIB} MiB` : undefined;
}
