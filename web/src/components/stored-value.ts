/** Returns the value stored in this browser under `name`; null if the browser has none. */
export function readStoredValue(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch (error) {
    // The user can block storage in the browser's settings.
    if (error instanceof DOMException) return null;
    throw error;
  }
}

/** Stores a value in this browser. If storage is blocked, the value is lost with the page. */
export function storeValue(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
