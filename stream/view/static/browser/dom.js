// The document's elements, found and made. Knows no meaning.

/** Return the element with this id. */
export const get = (id) => document.getElementById(id);

/**
 * Write words into an element (or the one with this id) if they differ: what does not change stays quiet for a screen
 * reader, and costs no layout.
 */
export function put(target, value) {
  const element = typeof target === "string" ? get(target) : target;
  if (element.textContent !== value) element.textContent = value;
}

/** Let the `<use>` element with this id show a symbol of symbols.svg. */
export const putSymbol = (id, name) => get(id).setAttribute("href", `#${name}`);

/** Set an attribute of the element with this id, `aria-…` included, to "true" or "false". */
export const setFlag = (id, attribute, on) => get(id).setAttribute(attribute, String(on));

/**
 * Make an element.
 * @param {string} tag
 * @param {object} properties of the element; `data` and `aria` hold data and ARIA attributes by name
 * @param {...(Node|string)} children
 */
export function make(tag, { data = {}, aria = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  for (const [name, value] of Object.entries(aria)) element.setAttribute(`aria-${name}`, value);
  element.append(...children);
  return element;
}

/** Make a button with a word on it. */
export const button = (word, onclick, more = {}) => make("button", { type: "button", onclick, ...more }, word);

/** Make an entry of a description list: a term and what is known of it. */
export const fact = (term, description) => make("div", {}, make("dt", {}, term), make("dd", {}, description));

/** Make the head of a dialog or sheet: its title, and a button that closes it. */
export const head = (title, closing, titleProperties = {}) =>
  make("header", {}, make("h2", titleProperties, title), closing);

/** Make a table head of one row. */
export const tableHead = (words) =>
  make("thead", {}, make("tr", {}, ...words.map((word) => make("th", { scope: "col" }, word))));
