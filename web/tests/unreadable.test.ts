import assert from "node:assert/strict";
import { test } from "node:test";
import { pageIn } from "./page.ts";

test("C3 I1 a call that nobody can read is in sight for whoever comes later, until it is there", async () => {
  await pageIn("zh");
  const { begin, changedBy, unreadable, whole } = await import("../src/state/board.ts");
  const known = { area: "gaoqiao", subject: "gaoqiao-x", topic: "incidents", partition: 0, offset: 7 };
  const nameless = { area: "gaoqiao", topic: "incidents", partition: 0, offset: 8 };
  begin({ at: "2024-10-30T14:24:00Z", areas: { gaoqiao: { incidents: [], units: [], positions: [], cases: [], unreadable: [known] } }, undecided: [] });
  changedBy("fengqiao.incident.unreadable.v1", JSON.stringify({ id: "e", type: "fengqiao.incident.unreadable.v1", subject: "gaoqiao", time: "2024-10-30T14:24:01Z", data: nameless }));
  assert.deepEqual([...unreadable.keys()], ["gaoqiao-x", "incidents/0/8"]);
  assert.deepEqual(whole().areas["gaoqiao"]?.unreadable, [known, nameless]);
  changedBy("fengqiao.incident.state.v1", JSON.stringify({ id: "s", type: "fengqiao.incident.state.v1", subject: "gaoqiao/gaoqiao-x", data: { incident_id: "gaoqiao-x", sequence: 3 } }));
  assert.deepEqual([...unreadable.keys()], ["incidents/0/8"]);
});
