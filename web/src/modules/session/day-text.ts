/** The day of a moment as it is written there, such as "3 March 2030". */
export function dayText(moment: string, locale: string): string {
  return new Date(moment).toLocaleDateString(locale, { day: 'numeric', month: 'long', year: 'numeric' });
}
