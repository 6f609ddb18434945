// The end of a session.

export const title = "End session";
export const question = "End this session? Readings and alarms stop. The session is kept, and opens here for review.";
export const questionUnkept = "End this demo? Readings stop. It opens here for review; it stays only if you keep it.";
export const end = "End session";
export const endAndKeep = "End and keep";
export const endUnkept = "End";
export const endsUnkept = (left) => `This demo ends in ${Math.ceil(left)} s, and nothing of it is kept.`;
export const gone = "The program has ended; this cannot be done any more.";
export const noReport = "The program has ended before this page had the report.";
