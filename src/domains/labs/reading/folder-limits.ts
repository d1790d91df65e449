const MIB = 1024 * 1024;

/** What a lab's folder may hold: far beyond any lab of text, far below what would slow a start down. */
export const FOLDER_LIMITS = {
  files: 1_000,
  /** Folders within folders. */
  depth: 8,
  bytesPerFile: MIB,
  bytes: 16 * MIB,
};

export type FolderMeasure = ReturnType<typeof createFolderMeasure>;

/** Counts what a lab's folder holds, wherever its files come from. */
export function createFolderMeasure() {
  let files = 0;
  let bytes = 0;
  return {
    /** Takes one more file in. */
    add(length: number): void {
      files += 1;
      bytes += length;
    },
    /** Why it is more than a lab may hold, as the end of a sentence. */
    problem(): string | undefined {
      if (files >= FOLDER_LIMITS.files)
        return `has ${FOLDER_LIMITS.files} files or more: a lab may hold fewer`;
      return bytes > FOLDER_LIMITS.bytes ? `holds more than ${FOLDER_LIMITS.bytes / MIB} MiB` : undefined;
    },
  };
}

/** Why a file or folder at this path is not taken, as the end of a sentence. */
export function depthProblem(path: string): string | undefined {
  const depth = path.split('/').length - 1;
  return depth > FOLDER_LIMITS.depth ? `lies more than ${FOLDER_LIMITS.depth} folders deep` : undefined;
}

/** Why a file of so many bytes is not taken, as the end of a sentence. */
export function sizeProblem(bytes: number, limit = FOLDER_LIMITS.bytesPerFile): string | undefined {
  return bytes > limit ? `is larger than ${limit / MIB} MiB` : undefined;
}
