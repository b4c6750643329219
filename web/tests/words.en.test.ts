import assert from "node:assert/strict";
import { test } from "node:test";
import { pageIn } from "./page.ts";

const { words, names } = await pageIn("en");
const say = (type: string, data: unknown): string | undefined => words.event[type]?.(data);

test("an English page is in English where the area's data is", () => {
  assert.equal(names.placeName("永定美食城"), "Yongding Food Court");
  assert.equal(say("standby.ordered", { unit: "P2", place: { name: "永定美食城" } }), "P2 waits at Yongding Food Court");
  assert.equal(say("incident.closed", { number: "1005", disposition: "移交" }), "1005 closed: Handed over");
  assert.equal(say("command.rejected", { verb: "acknowledge", detail: "the assignment is en_route: it cannot be acknowledged", by: { unit: "P7" } }), "Refused, P7: the assignment is en route: it cannot be acknowledged");
  assert.equal(say("plan.shortfall", { number: "1005", missing: 1, role: "first_response" }), "1005: the plan lacks 1 for first response");
});
