/** The day of a moment, such as "3 March 2030". */
export function dayText(moment: string): string {
  return new Date(moment).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
}
