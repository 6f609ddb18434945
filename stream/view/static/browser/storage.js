// What the browser remembers for this page. It may forbid that; then nothing is remembered.

/** Keep a word under a key. */
export function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    return;
  }
}

/** Return the word kept under a key, or null. */
export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
