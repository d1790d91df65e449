import { useTexts } from '../language/language.ts';
import { fileTexts } from './texts.ts';
/** Where one is, from the root; each part is a way back. */
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
