import { chooseLanguage, useLanguage, useOfferedLanguages, useTexts } from './language.ts';

const labels = { en: 'Language', ko: '언어' };

/** Lets the user choose a language. Each language is shown by its own name. */
export function LanguagePicker() {
  const chosen = useLanguage();
  const offered = useOfferedLanguages();
  // A language chosen for another lab stays selectable, even if nothing on this page has it.
  const languages = offered.includes(chosen) ? offered : [...offered, chosen];
  return (
    <select
      className="language"
      aria-label={useTexts(labels)}
      value={chosen}
      onChange={({ currentTarget }) => chooseLanguage(currentTarget.value)}
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
    // The browser does not know this tag.
    if (error instanceof RangeError) return language;
    throw error;
  }
}
