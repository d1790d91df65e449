import { Link, useRoute } from 'wouter';
import { isStaff, useViewer } from './viewer.tsx';
import { useTexts } from '../language/language.ts';
import { LanguagePicker } from '../language/language-picker.tsx';
import { identityTexts } from './texts.ts';

/** Renders the bar above every page: navigation, the language, the user and sign-out. */
export function TopBar() {
  const texts = useTexts(identityTexts);
  const viewer = useViewer();
  const [onStaffPage] = useRoute('/staff');
  const [onRecordings] = useRoute('/recordings');
  return (
    <header className="top">
      <Link href="/" className="brand">
        <img src="/icon.svg" alt="" width="26" height="26" /> Berth
      </Link>
      <nav className="ways" aria-label="Berth">
        {isStaff(viewer) && (
          <Link href="/staff" aria-current={onStaffPage ? 'page' : undefined}>
            {texts.learners}
          </Link>
        )}
        {isStaff(viewer) && (
          <Link href="/recordings" aria-current={onRecordings ? 'page' : undefined}>
            {texts.recordings}
          </Link>
        )}
      </nav>
      <LanguagePicker />
      <span className="faint">{viewer.name}</span>
      <form method="post" action="/sign-out">
        <button className="quiet" type="submit">
          {texts.signOut}
        </button>
      </form>
    </header>
  );
}
