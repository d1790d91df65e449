import { useEffect, useEffectEvent, useState } from 'react';
import { pathIn, sendFile } from './machine-files.ts';
import type { MachineRef } from './machine-files.ts';
import { formatSize } from '../language/format.ts';
import { fileTexts } from './texts.ts';
import { useTexts } from '../language/language.ts';

/** Lists the uploads and runs them one after another. */
export function Uploads(props: { at: MachineRef; handle: UploadsHandle; onSettled: () => void }) {
  const { at, handle, onSettled } = props;
  const texts = useTexts(fileTexts);
  const active = handle.uploads.find(({ settled }) => !settled);
  if (handle.uploads.length === 0) return null;
  return (
    <ul className="file-list uploads" aria-label={texts.uploads}>
      {handle.uploads.map((upload) => (
        <UploadRow
          key={upload.id}
          at={at}
          upload={upload}
          active={upload === active}
          onSettled={() => {
            handle.settle(upload.id);
            onSettled();
          }}
          onRemove={() => handle.remove(upload.id)}
        />
      ))}
    </ul>
  );
}

/** A queued, running or finished upload. */
interface Upload {
  id: number;
  file: File;
  /** The target path in the machine. */
  path: string;
  settled: boolean;
}

/** Uploads its file while `active` and shows the progress. Unmounting cancels the upload. */
function UploadRow(props: {
  at: MachineRef;
  upload: Upload;
  active: boolean;
  onSettled: () => void;
  onRemove: () => void;
}) {
  const { at, upload, active, onSettled, onRemove } = props;
  const texts = useTexts(fileTexts);
  const { file, path, settled } = upload;
  const [sent, setSent] = useState(0);
  const [problem, setProblem] = useState<string>();

  const send = useEffectEvent(() =>
    sendFile(at, path, file, {
      sent: setSent,
      done: onSettled,
      failed(why) {
        setProblem(why);
        onSettled();
      },
    }),
  );
  useEffect(() => (active ? send() : undefined), [active]);

  return (
    <li>
      <span className="file-name">{file.name}</span>
      {!settled && <progress max={file.size || 1} value={sent} aria-label={texts.uploadOf(file.name)} />}
      <span role={problem ? 'alert' : 'status'} className={problem ? 'warning' : 'faint'}>
        {problem ?? (settled ? `✓ ${texts.uploaded}` : formatSize(file.size))}
      </span>
      <button
        type="button"
        className="quiet"
        aria-label={settled ? texts.dismiss(file.name) : texts.cancelUpload(file.name)}
        onClick={onRemove}
      >
        {settled ? '×' : texts.cancel}
      </button>
    </li>
  );
}

/**
 * Maximum number of files that can be added at once. More would make an unreadable list, and a tar archive uploads
 * faster.
 */
export const FILES_AT_ONCE = 100;

/** The uploads to a machine. */
interface UploadsHandle {
  uploads: Upload[];
  add(folder: string, files: File[]): void;
  settle(id: number): void;
  remove(id: number): void;
}

export function useUploads(): UploadsHandle {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const [nextId, setNextId] = useState(0);
  return {
    uploads,
    add(folder, files) {
      const added = files.map((file, index) => ({
        id: nextId + index,
        file,
        path: pathIn(folder, file.name),
        settled: false,
      }));
      setUploads((before) => [...before.filter(({ settled }) => !settled), ...added]);
      setNextId(nextId + files.length);
    },
    settle: (id) =>
      setUploads((before) => before.map((each) => (each.id === id ? { ...each, settled: true } : each))),
    remove: (id) => setUploads((before) => before.filter((each) => each.id !== id)),
  };
}
