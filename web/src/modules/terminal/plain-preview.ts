/** Marks of control, of direction, without width, and ends of lines: they could make a text read as another. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu;

/** The first characters of a text from elsewhere, each of them seen. */
export function plainPreview(text: string, limit: number): string {
  const [...characters] = text.slice(0, 2 * limit);
  const shown = characters.slice(0, limit).join('').replace(UNSEEN, '·');
  return shown.length < text.length ? `${shown}…` : shown;
}
