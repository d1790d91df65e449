import { choose, useLanguage, useTexts } from './language.ts';
import { useOfferedLanguages } from './offered.ts';

const labels = { en: 'Language', ko: '언어' };

/** Chooses the language that is read in, each by its own name. */
export function LanguagePicker() {
  const chosen = useLanguage();
  const offered = useOfferedLanguages();
  // What was chosen elsewhere stays chosen where it is not offered.
  const languages = offered.includes(chosen) ? offered : [...offered, chosen];
  return (
    <select
      className="language"
      aria-label={useTexts(labels)}
      value={chosen}
      onChange={({ currentTarget }) => choose(currentTarget.value)}
    >
      {languages.map((language) => (
        <option key={language} value={language} lang={language}>
          {nameOf(language)}
        </option>
      ))}
    </select>
  );
}

function nameOf(language: string): string {
  try {
    return new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
  } catch (error) {
    // Tags that browsers do not know are shown as they are.
    if (error instanceof RangeError) return language;
    throw error;
  }
}
