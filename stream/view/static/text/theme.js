// The theme that a click changes to.

export const other = { dark: "Light", light: "Dark" };
