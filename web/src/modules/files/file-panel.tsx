import { useRef, useState } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Problem } from '../../components/problem.tsx';
import { DropZone } from './drop-zone.tsx';
import { FolderList } from './folder-list.tsx';
import { FolderPath } from './folder-path.tsx';
import { fileAddress, FileProblem, leadsToFolder } from './machine-files.ts';
import type { MachineOfFiles } from './machine-files.ts';
import { Uploads } from './uploads.tsx';
import { useFolder } from './use-folder.ts';
import { FILES_AT_ONCE, useUploads } from './use-uploads.ts';
import { textsNow, useTexts } from '../language/language.ts';
import { fileTexts } from './texts.ts';

/** The files of a machine: looked through, downloaded, and brought there by a button or by dropping them. */
export function FilePanel({ at, label, hidden }: { at: MachineOfFiles; label: string; hidden: boolean }) {
  const texts = useTexts(fileTexts);
  const { folder, listing, problem, open, listAgain } = useFolder(at);
  const uploads = useUploads();
  const [refusal, setRefusal] = useState<string>();
  const [replacing, setReplacing] = useState<File[]>();
  const picker = useRef<HTMLInputElement>(null);
  const path = folder?.path ?? '/';

  function bring(files: File[], folders: string[] = []) {
    setRefusal(refusalOf(files, folders));
    if (files.length === 0 || files.length > FILES_AT_ONCE) return;
    const there = new Set(folder?.entries.map(({ name }) => name));
    if (files.some(({ name }) => there.has(name))) setReplacing(files);
    else uploads.add(path, files);
  }

  function answer(yes: boolean) {
    if (yes && replacing) uploads.add(path, replacing);
    setReplacing(undefined);
  }

  async function follow(link: string) {
    setRefusal(undefined);
    try {
      if (await leadsToFolder(at, link)) open(link);
      else location.assign(fileAddress(at, link));
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      setRefusal(error.message);
    }
  }

  return (
    <DropZone label={label} hidden={hidden} onDrop={bring}>
      <div className="files-bar">
        <FolderPath path={path} open={open} />
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          aria-label={texts.toUpload}
          onChange={({ currentTarget }) => {
            bring([...(currentTarget.files ?? [])]);
            // The same file can be chosen again.
            currentTarget.value = '';
          }}
        />
        <button type="button" className="quiet" disabled={!folder} onClick={() => picker.current?.click()}>
          {texts.upload}
        </button>
        <button type="button" className="quiet" aria-disabled={listing} onClick={listAgain}>
          {texts.refresh}
        </button>
      </div>
      {problem && <Problem>{problem}</Problem>}
      {refusal && <Problem>{refusal}</Problem>}
      <Uploads at={at} handle={uploads} onSettled={listAgain} />
      <div className="files-scroll" aria-busy={listing}>
        {folder && <FolderList at={at} folder={folder} open={open} follow={(link) => void follow(link)} />}
      </div>
      {replacing && (
        <ConfirmDialog title={texts.askReplace} yes={texts.replace} no={texts.leaveIt} onAnswer={answer}>
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
