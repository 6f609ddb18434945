// The symbols of the page: symbols.svg, put into the document.

/**
 * Load the symbols into the document. A `<use>` that names another file may ask the server for it again: the symbol of
 * a lost connection must not depend on the connection.
 */
export async function loadSymbols() {
  const answer = await fetch("static/symbols.svg");
  const parsed = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
  document.body.prepend(document.importNode(parsed.documentElement, true));
}
