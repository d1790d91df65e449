import { useRef, useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Problem } from '../../components/problem.tsx';
import { DropZone } from './drop-zone.tsx';
import { FolderList, FolderPath } from './folder-view.tsx';
import { fileAddress, FileProblem, pointsToFolder } from './machine-files.ts';
import type { MachineRef } from './machine-files.ts';
import { FILES_AT_ONCE, Uploads, useUploads } from './uploads.tsx';
import { useFolder } from './use-folder.ts';
import { textsNow, useTexts } from '../language/language.ts';
import { fileTexts } from './texts.ts';

/** Browses the files of a machine, downloads them, and uploads files chosen by a button or dropped. */
export function FilePanel({ at, label, hidden }: { at: MachineRef; label: string; hidden: boolean }) {
  const texts = useTexts(fileTexts);
  const { folder, listing, problem, open, refresh } = useFolder(at);
  const uploads = useUploads();
  const [refusal, setRefusal] = useState<string>();
  const [replacing, setReplacing] = useState<File[]>();
  const picker = useRef<HTMLInputElement>(null);
  const path = folder?.path ?? '/';

  function upload(files: File[], folders: string[] = []) {
    setRefusal(refusalOf(files, folders));
    if (files.length === 0 || files.length > FILES_AT_ONCE) return;
    const existing = new Set(folder?.entries.map(({ name }) => name));
    if (files.some(({ name }) => existing.has(name))) setReplacing(files);
    else uploads.add(path, files);
  }

  function answer(yes: boolean) {
    if (yes && replacing) uploads.add(path, replacing);
    setReplacing(undefined);
  }

  async function follow(link: string) {
    setRefusal(undefined);
    try {
      if (await pointsToFolder(at, link)) open(link);
      else location.assign(fileAddress(at, link));
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      setRefusal(error.message);
    }
  }

  return (
    <DropZone label={label} hidden={hidden} onDrop={upload}>
      <div className="files-bar">
        <FolderPath path={path} open={open} />
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label={texts.toUpload}
          onChange={({ currentTarget }) => {
            upload([...(currentTarget.files ?? [])]);
            // Without this, choosing the same file again fires no event.
            currentTarget.value = '';
          }}
        />
        <button type="button" className="quiet" disabled={!folder} onClick={() => picker.current?.click()}>
          {texts.upload}
        </button>
        <button type="button" className="quiet" aria-disabled={listing} onClick={refresh}>
          {texts.refresh}
        </button>
      </div>
      {problem && <Problem>{problem}</Problem>}
      {refusal && <Problem>{refusal}</Problem>}
      <Uploads at={at} handle={uploads} onSettled={refresh} />
      <div className="files-scroll" aria-busy={listing}>
        {folder && <FolderList at={at} folder={folder} open={open} follow={(link) => void follow(link)} />}
      </div>
      {replacing && (
        <ConfirmDialog title={texts.askReplace} yes={texts.replace} no={texts.keepExisting} onAnswer={answer}>
          <p>{texts.aboutReplace(path)}</p>
        </ConfirmDialog>
      )}
    </DropZone>
  );
}

function refusalOf(files: File[], folders: string[]): string | undefined {
  if (files.length > FILES_AT_ONCE) return textsNow(fileTexts).tooMany(FILES_AT_ONCE);
  if (folders.length > 0) return textsNow(fileTexts).noFolders(folders.join(', '));
  return undefined;
}
