import { useEffect, useEffectEvent, useState } from 'react';
import { sendFile } from './machine-files.ts';
import type { MachineOfFiles } from './machine-files.ts';
import { sizeText } from './size-text.ts';
import { useTexts } from '../language/language.ts';
import { fileTexts } from './texts.ts';

/** A file on its way into a machine, or one that waits for its turn. */
export interface Upload {
  id: number;
  file: File;
  /** Where it is to be. */
  path: string;
  settled: boolean;
}

/** Sends its file once it is `active`, and tells how far it is. Taking it away breaks the upload off. */
export function UploadRow(props: {
  at: MachineOfFiles;
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
        {problem ?? (settled ? `✓ ${texts.uploaded}` : sizeText(file.size))}
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
