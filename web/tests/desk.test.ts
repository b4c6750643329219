import assert from "node:assert/strict";
import { test } from "node:test";
import { afterAcknowledging, inTurn, type Alarm } from "../src/state/alarms.ts";
import { liveness } from "../src/state/liveness.ts";
import { stacks } from "../src/state/stacks.ts";
import type { Incident } from "../src/state/types.ts";
import { workOf } from "../src/state/work.ts";
import { wallPage } from "../src/state/wall.ts";

const alarm = (key: string, grave = false): Alarm => ({ key, text: key, incident: null, grave });
const keys = (all: Alarm[]): string[] => all.map((one) => one.key);
const incident = (number: number, priority: 1 | 2 | 3 | 4, more: Partial<Incident> = {}): Incident => ({
  incident_id: `i${number}`, number: String(number), area: "a", sequence: 1, status: "queued", priority, plan: "", source: "110",
  category: { code: "1", version: "1", name_zh: "", name_en: "" }, location: { lon: 0, lat: 0, confidence: 1 }, caller_count: 1,
  reported_at: "2024-10-30T14:24:00Z", received_at: "2024-10-30T14:24:00Z", opened_at: "2024-10-30T14:24:00Z", ...more,
});

test("alarms that nobody could read are not acknowledged, and come next", () => {
  const all = [alarm("a", true), alarm("b", true), alarm("c"), alarm("d")];
  const acknowledged = afterAcknowledging(all, new Set(["gone"]), ["a", "b"]);
  assert.deepEqual([...acknowledged], ["a", "b"]);
  assert.deepEqual(keys(inTurn(all, acknowledged)), ["c", "d", "a", "b"]);
  assert.deepEqual(keys(inTurn([alarm("e", true), ...all], acknowledged)), ["e", "c", "d", "a", "b"]);
});
test("on the wall priority 1 stays, also when it is more than the rows, and the rest turns pages", () => {
  const few = Array.from({ length: 30 }, (_, n) => incident(n, n < 3 ? 1 : 3));
  assert.deepEqual(wallPage(few, 12, 1).rows.map((one) => one.number), ["0", "1", "2", ...Array.from({ length: 9 }, (_, n) => String(n + 12))]);
  const many = Array.from({ length: 520 }, (_, n) => incident(n, n % 7 === 0 ? 1 : 3));
  for (const turn of [0, 5]) {
    const { rows, numbers, unseen } = wallPage(many, 12, turn);
    assert.deepEqual([...rows, ...numbers].filter((one) => one.priority === 1).length, 75);
    assert.ok(unseen === 0 && rows.length === 8 && rows.filter((one) => one.priority !== 1).length === 3);
  }
  assert.equal(wallPage(Array.from({ length: 200 }, (_, n) => incident(n, 1)), 12, 0).unseen, 200 - 5 - 96);
});
test("marks on one another are one with the gravest's number, and part where the map is nearer", () => {
  const at = (lon: number): Incident["location"] => ({ lon, lat: 30, confidence: 1 });
  const all = [incident(1137, 4, { location: at(120) }), incident(1136, 2, { location: at(120) }), incident(1140, 1, { location: at(120.0005) }), incident(9, 3, { location: at(121) })];
  const numbers = (zoom: number): string[][] => stacks(all, zoom, 14).map((one) => [one.first.number, ...one.all.map((each) => each.number)]);
  assert.deepEqual(numbers(13), [["1140", "1140", "1136", "1137"], ["9", "9"]]);
  assert.deepEqual(numbers(18), [["1140", "1140"], ["1136", "1136", "1137"], ["9", "9"]]);
});
test("the line is live only while something comes", () => {
  assert.equal(liveness("live", 1000, null, 12_900), "live");
  assert.equal(liveness("live", 1000, null, 13_000), "silent");
  assert.equal(liveness("live", 1000, 900, 1100), "standing");
  assert.equal(liveness("offline", 1000, 900, 1100), "offline");
});
test("a unit on two incidents is shown on the one that it has come further with", () => {
  const on = (status: "on_scene" | "assigned" | "cleared", at: string): Partial<Incident> => ({ assignments: [{ id: at, unit: "YY", unit_kind: "post", role: "primary", status, assigned_at: `2024-10-30T14:${at}:00Z`, reason: { rule: "nearest" } }] });
  const all = [incident(1, 2, on("on_scene", "10")), incident(2, 2, on("assigned", "30")), incident(3, 2, on("assigned", "20")), incident(4, 2, on("cleared", "00"))];
  assert.deepEqual(workOf(all).get("YY"), { status: "on_scene", number: "1", others: ["2", "3"] });
});
