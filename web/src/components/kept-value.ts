/** What this browser keeps under `name` for pages to come; null where it keeps nothing. */
export function keptValue(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch (error) {
    // Some browsers are told to keep nothing.
    if (error instanceof DOMException) return null;
    throw error;
  }
}

/** A browser that keeps nothing forgets it with the page. */
export function keepValue(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
