// Dark by default, light on demand; remembered. Knows the root element and the store, nothing else.

const KEY = "capillary-theme";

export function theme() {
  return document.documentElement.dataset.theme === "light" ? "light" : "dark";
}

export function showTheme(name) {
  document.documentElement.dataset.theme = name;
}

export function setTheme(name) {
  showTheme(name);
  remember(KEY, name);
}

export function restoreTheme() {
  showTheme(recall(KEY) === "light" ? "light" : "dark");
}

// A browser may forbid the store; then nothing is remembered.
export function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    return;
  }
}

export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
