import { UploadRow } from './upload-row.tsx';
import type { MachineOfFiles } from './machine-files.ts';
import type { UploadsHandle } from './use-uploads.ts';
import { useTexts } from '../language/language.ts';
import { fileTexts } from './texts.ts';

/** The files that are on their way, one after the other. */
export function Uploads(props: { at: MachineOfFiles; handle: UploadsHandle; onSettled: () => void }) {
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
