// Where the flags of markers stand: in up to some rows, and those without room together in one flag. Pure.

const GAP = 2;
const LONGEST_LABEL = 18;

/**
 * Place flags so that each marker has a label.
 * @param {{id: number, name: string, x: number}[]} markers by time; x is the place of the pole
 * @param {number} right the right edge of the plot: a flag there flies to the left
 * @param {number} rows at least one
 * @param {(label: string) => number} measure returns the width of a flag
 * @returns {{ids: number[], names: string[], label: string, left: number, width: number, row: number}[]}
 */
export function placedFlags(markers, right, rows, measure) {
  const flags = [];
  const free = new Array(rows).fill(-Infinity);
  for (const { id, name, x } of markers) {
    const label = shortened(name);
    const width = measure(label);
    const left = Math.min(x, right - width);
    const row = free.findIndex((edge) => left >= edge);
    if (row >= 0) flags.push({ ids: [id], names: [name], label, left, width, row });
    else join(flags.at(-1), id, name, right, measure);
    const placed = flags.at(-1);
    free[placed.row] = placed.left + placed.width + GAP;
  }
  return flags;
}

function join(flag, id, name, right, measure) {
  flag.ids.push(id);
  flag.names.push(name);
  flag.label = `${shortened(flag.names.slice(0, 2).join(", "))} (${flag.names.length})`;
  flag.width = measure(flag.label);
  flag.left = Math.min(flag.left, right - flag.width);
}

const shortened = (name) => (name.length > LONGEST_LABEL ? `${name.slice(0, LONGEST_LABEL - 1)}…` : name);
