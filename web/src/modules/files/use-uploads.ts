import { useState } from 'react';
import { pathIn } from './machine-files.ts';
import type { Upload } from './upload-row.tsx';

/** Files that may be added at once: a list of more is not looked through, and a tar brings them faster. */
export const FILES_AT_ONCE = 100;

/** Files on their way into a machine. */
export interface UploadsHandle {
  uploads: Upload[];
  add(folder: string, files: File[]): void;
  settle(id: number): void;
  remove(id: number): void;
}

export function useUploads(): UploadsHandle {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const [made, setMade] = useState(0);
  return {
    uploads,
    add(folder, files) {
      const added = files.map((file, index) => ({
        id: made + index,
        file,
        path: pathIn(folder, file.name),
        settled: false,
      }));
      setUploads((before) => [...before.filter(({ settled }) => !settled), ...added]);
      setMade(made + files.length);
    },
    settle: (id) =>
      setUploads((before) => before.map((each) => (each.id === id ? { ...each, settled: true } : each))),
    remove: (id) => setUploads((before) => before.filter((each) => each.id !== id)),
  };
}
