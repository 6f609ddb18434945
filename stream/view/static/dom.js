// The document's elements, found and made. Knows no meaning.

export const get = (id) => document.getElementById(id);

// Writing only what changed keeps a screen reader and the layout quiet.
export function put(where, value) {
  const element = typeof where === "string" ? get(where) : where;
  if (element.textContent !== value) element.textContent = value;
}

// An element with properties (`data` and `aria` by name) and children: elements or text.
export function make(tag, { data = {}, aria = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  for (const [name, value] of Object.entries(aria)) element.setAttribute(`aria-${name}`, value);
  element.append(...children);
  return element;
}

export const button = (word, onclick, more = {}) => make("button", { type: "button", onclick, ...more }, word);

// A term and what it says, as a description list has them.
export const fact = (term, says) => make("div", {}, make("dt", {}, term), make("dd", {}, says));

// Something a person did was refused or done: said in words at the bottom, for a while.
let saying = null;
export function tell(sentence) {
  put("told", sentence);
  get("told").hidden = false;
  clearTimeout(saying);
  saying = setTimeout(() => { get("told").hidden = true; }, 5000);
}
