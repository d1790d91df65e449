import { fileAddress, pathIn } from './machine-files.ts';
import type { FileEntry, Folder, MachineOfFiles } from './machine-files.ts';
import { sizeText } from './size-text.ts';
import { useTexts } from '../language/language.ts';
import { fileTexts } from './texts.ts';

/** Stands in names that are no text: such a file can only be had with its folder. */
const UNREADABLE = '\u{FFFD}';

/** What lies in a folder: folders open, everything else is downloaded. */
export function FolderList(props: {
  at: MachineOfFiles;
  folder: Folder;
  open: (path: string) => void;
  follow: (path: string) => void;
}) {
  const { at, folder, open, follow } = props;
  const texts = useTexts(fileTexts);
  if (folder.entries.length === 0) return <p className="faint">{texts.empty}</p>;
  return (
    <>
      <ul className="file-list" aria-label={texts.filesIn(folder.path)}>
        {folder.entries.toSorted(foldersFirst).map((entry) => (
          <li key={entry.name}>
            <Entry at={at} entry={entry} path={pathIn(folder.path, entry.name)} open={open} follow={follow} />
          </li>
        ))}
      </ul>
      {folder.truncated && <p className="faint">{texts.more}</p>}
    </>
  );
}

function Entry(props: {
  at: MachineOfFiles;
  entry: FileEntry;
  path: string;
  open: (path: string) => void;
  follow: (path: string) => void;
}) {
  const { at, entry, path, open, follow } = props;
  const texts = useTexts(fileTexts);
  const { name, kind, size, target } = entry;
  if (kind === 'other' || name.includes(UNREADABLE)) return <span className="file-name">{name}</span>;
  if (kind === 'link') {
    return (
      <button type="button" className="plain file-name" onClick={() => follow(path)}>
        {name} <span className="faint">→ {target}</span>
      </button>
    );
  }
  if (kind === 'file') {
    return (
      <>
        <a className="file-name" href={fileAddress(at, path)} download={name}>
          {name}
        </a>
        <span className="faint">{sizeText(size)}</span>
      </>
    );
  }
  return (
    <>
      <button type="button" className="plain file-name" onClick={() => open(path)}>
        {name}/
      </button>
      <a
        href={fileAddress(at, path, { as: 'tar' })}
        download={`${name}.tar`}
        aria-label={texts.downloadTar(name)}
      >
        {texts.download}
      </a>
    </>
  );
}

function foldersFirst(a: FileEntry, b: FileEntry): number {
  return Number(b.kind === 'folder') - Number(a.kind === 'folder');
}
