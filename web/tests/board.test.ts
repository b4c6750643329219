import assert from "node:assert/strict";
import { test } from "node:test";
import { EventReader } from "../src/state/sse.ts";
import type { Incident } from "../src/state/types.ts";
import { ordered, shownLimit, span, spent } from "../src/state/urgency.ts";

const NOW = Date.parse("2024-10-30T14:24:00Z");
const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();
const incident = (id: string, more: Partial<Incident>): Incident => ({
  incident_id: id, number: id, area: "a", sequence: 1, status: "resources_assigned", priority: 3, plan: "", source: "110",
  category: { code: "1", version: "1", name_zh: "", name_en: "" }, location: { lon: 0, lat: 0, confidence: 1 }, caller_count: 1,
  reported_at: at(-60), received_at: at(-60), opened_at: at(-60), ...more,
});
const timer = (due: number, state: "running" | "met" = "running") => ({ what: "on_scene", due_at: at(due), state });

test("C1 emergency, then over its limit, then priority, then the least left, then the oldest", () => {
  const all = [
    incident("old", { priority: 2, received_at: at(-600) }),
    incident("young", { priority: 2 }),
    incident("gravest", { priority: 1 }),
    incident("late", { priority: 4, timers: [timer(-5)] }),
    incident("emergency", { priority: 4 }),
    incident("near", { priority: 2, timers: [timer(5)] }),
  ];
  assert.deepEqual(ordered(all, [], false, NOW, new Set(["emergency"])), ["emergency", "late", "gravest", "near", "old", "young"]);
});
test("C1 nothing moves under the hand: what is new comes below, what has gone goes", () => {
  const all = [incident("a", {}), incident("b", { priority: 1 })];
  assert.deepEqual(ordered(all, ["gone", "a"], true, NOW, new Set()), ["a", "b"]);
});
test("C1 the limit shown is what is over until it is met, else the incident's own", () => {
  const near = shownLimit(incident("x", { timers: [timer(90), timer(30), timer(-5, "met")] }), NOW);
  assert.equal(near?.due, NOW + 30_000);
  const over = shownLimit(incident("x", { timers: [timer(-10), timer(30)] }), NOW);
  assert.ok(over !== null && spent(over, NOW) > 1);
  assert.equal(shownLimit(incident("x", { status: "closed", timers: [timer(30)] }), NOW), null);
  const crews = (due: number) => ({ what: "en_route", due_at: at(due), state: "running" as const, assignment_id: "p7" });
  assert.equal(shownLimit(incident("x", { timers: [crews(10), timer(90)] }), NOW)?.what, "on_scene", "each crew's stands beside its name");
  assert.equal(shownLimit(incident("x", { timers: [crews(-1), timer(90)] }), NOW)?.what, "en_route", "but not when it is over");
  assert.equal(shownLimit(incident("x", { timers: [crews(10)] }), NOW)?.what, "en_route");
});
test("C1 spans", () => assert.deepEqual([36, 3600, 90_000, -1].map(span), ["0:36", "1h00", "1d1h", "0:00"]));
test("C3 events whole however the bytes are cut, and an id of a comment moves on", () => {
  const text = "id: 1\nevent: snapshot\ndata: {\"a\":1}\n\n: still here\nid: 2\n\nevent: x\r\ndata: y\r\n\r\n";
  for (let size = 1; size < 9; size += 1) {
    const reader = new EventReader();
    const found = [];
    for (let from = 0; from < text.length; from += size) found.push(...reader.feed(text.slice(from, from + size)));
    assert.deepEqual(found, [{ type: "snapshot", data: "{\"a\":1}", id: "1" }, { type: "x", data: "y", id: "2" }]);
    assert.equal(reader.lastId, "2");
  }
});
