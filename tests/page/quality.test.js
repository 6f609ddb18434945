// Every reason leads to something that a nurse can do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { advice } from "../../stream/view/static/text/quality.js";

const ADVICE = {
  "hair in the picture: 9 %": "Part the hair",
  "bubble in the picture: 6 %": "More gel",
  "dirt in the picture: 4 %": "Clean the lens",
  "fibre in the picture: 4 %": "Clean the lens",
  "object in the picture: 4 %": "Clean the lens",
  glare: "Less light",
  "glare in the picture: 5 %": "Less light",
  "ruler in the picture: 5 %": "Turn overlays off",
  "text in the picture: 5 %": "Turn overlays off",
  "unlike what the model has learned from": "Choose another site",
  "too few clear vessels": "Choose another site",
  "little tissue in view": "Move onto the skin",
  "no colour": "Camera to colour",
  "no colour: a grey picture is not measured as skin": "Camera to colour",
  "another magnification: vessels are 2.1 times as wide as on skin at 1920x1080": "Check the magnification",
  "out of focus": "Refocus",
  moving: "Hold still",
  "too dark": "More light",
  "density fell with focus steady": "Less pressure",
};

for (const [reason, told] of Object.entries(ADVICE)) {
  test(`"${reason}": ${told}`, () => assert.equal(advice("poor", [reason]), told));
}

test("the first reason that has an advice decides", () => {
  assert.equal(advice("poor", ["something new", "hair in the picture: 9 %", "out of focus"]), "Part the hair");
  assert.equal(advice("poor", ["something new"]), "Check the picture");
});
