import assert from "node:assert/strict";
import { test } from "node:test";
import { afterAcknowledging, inTurn, type Alarm } from "../src/state/alarms.ts";

const alarm = (key: string, grave = false): Alarm => ({ key, text: key, incident: null, grave });
const keys = (all: Alarm[]): string[] => all.map((one) => one.key);

test("alarms that nobody could read are not acknowledged, and come next", () => {
  const all = [alarm("a", true), alarm("b", true), alarm("c"), alarm("d")];
  const acknowledged = afterAcknowledging(all, new Set(["gone"]), ["a", "b"]);
  assert.deepEqual([...acknowledged], ["a", "b"]);
  assert.deepEqual(keys(inTurn(all, acknowledged)), ["c", "d", "a", "b"]);
  assert.deepEqual(keys(inTurn([alarm("e", true), ...all], acknowledged)), ["e", "c", "d", "a", "b"]);
});
