// The labels that the page shares with the report: markers, and alarms with their causes, events and limits, by the
// names that the program gives them. Python reads the same file (stream/view/report/labels.py).
//
// A JSON module needs Chromium 123, Firefox 138 or Safari 17.2; Debian's browsers are newer. A fetch would serve older
// ones too, but every module that needs a label would have to wait for it, and so would the tests in Node.

export { default as labels } from "./labels.json" with { type: "json" };
