// The five-site protocol.

export const title = "Five sites";
export const siteName = (n) => `Site ${n}`;

// What to do now
export const idle = "Place the microscope on the first site and start. Hold still until the bar is full.";
export const holdStill = (n) => `Site ${n}: hold still until the bar is full.`;
export const longEnough = (n) => `Site ${n} is long enough. Go on, or measure longer.`;
export const moveTo = (n) => `Move to site ${n}, then go on.`;
export const notMeasured =
  "No sites were measured in this session. They are measured while a session runs, not in a review.";
export const complete = "All five sites are measured.";
export const repeatThese = (sites) =>
  `Measure again: ${sites.map((n) => `site ${n}`).join(", ")}. What is too short or mostly not good does not count.`;

export const start = "Start";
export const startAt = (n) => `Start site ${n}`;
export const next = "Next site";
export const finish = "Finish";
export const repeat = "Repeat";
export const stop = "Stop";

// A site's card
export const waiting = "not measured";
export const measuring = "measuring";
export const done = "✓ done";
export const tooShort = "✗ too short";
export const mostlyNotGood = "✗ mostly not good";
export const goodOf = (good, wanted) => `${Math.floor(good)} / ${wanted.toFixed(0)} s`;
export const time = "Time";
export const goodShare = "Good";
export const deviation = "SD";

// All of them
export const mean = "Mean";
export const counted = "Sites that count";
export const ofFive = (n) => `${n} of 5`;
export const heterogeneity = "Heterogeneity";
export const heterogeneityIs = "(highest − lowest) / mean";
