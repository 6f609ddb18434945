// The fields of a form, and which of them a person has typed in. Knows no meaning.

/** Return the fields inside an element: all that have a name. */
export const fieldsIn = (element) => [...element.querySelectorAll("[name]")];

/** Return whether a person has typed in a field since it was made. */
export const isTyped = (field) => field.dataset.typed === "true";

/** Remember that a person has typed in a field: for the `input` events of its form. */
export const markTyped = ({ target }) => {
  target.dataset.typed = true;
};
