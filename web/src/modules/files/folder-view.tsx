import { fileAddress, pathIn } from './machine-files.ts';
import type { FileEntry, Folder, MachineRef } from './machine-files.ts';
import { formatSize } from '../language/format.ts';
import { fileTexts } from './texts.ts';
import { useTexts } from '../language/language.ts';

/** Shows the path of the current folder. Each part opens that folder. */
export function FolderPath({ path, open }: { path: string; open: (path: string) => void }) {
  const texts = useTexts(fileTexts);
  const names = path.split('/').filter(Boolean);
  return (
    <nav className="folder-path" aria-label={texts.folder}>
      <button type="button" className="plain" aria-label={texts.root} onClick={() => open('/')}>
        /
      </button>
      {names.map((name, index) => {
        const here = `/${names.slice(0, index + 1).join('/')}`;
        return (
          <span key={here}>
            <button
              type="button"
              className="plain"
              aria-current={here === path ? 'location' : undefined}
              onClick={() => open(here)}
            >
              {name}
            </button>
            {here !== path && <span aria-hidden="true"> / </span>}
          </span>
        );
      })}
    </nav>
  );
}

/** Replaces bytes of a name that are not text. Such a file can only be downloaded with its folder. */
const UNREADABLE = '\u{FFFD}';

/** Lists a folder. Clicking a folder opens it; clicking a file downloads it. */
export function FolderList(props: {
  at: MachineRef;
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
  at: MachineRef;
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
        <span className="faint">{formatSize(size)}</span>
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
