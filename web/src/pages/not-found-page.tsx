import { Link } from 'wouter';
import { useTexts } from '../modules/language/language.ts';
import { pageTexts } from './texts.ts';

export function NotFoundPage() {
  const texts = useTexts(pageTexts);
  return (
    <main className="page narrow">
      <title>{`${texts.notFound} · Berth`}</title>
      <h1>{texts.nothingHere}</h1>
      <p>{texts.wrongAddress}</p>
      <p>
        <Link href="/">{texts.seeAllLabs}</Link>
      </p>
    </main>
  );
}
