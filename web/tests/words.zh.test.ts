import assert from "node:assert/strict";
import { test } from "node:test";
import { pageIn } from "./page.ts";

const { words, names } = await pageIn("zh");
const say = (type: string, data: unknown): string | undefined => words.event[type]?.(data);

test("a Chinese page says no code", () => {
  assert.equal(say("notification.requested", { number: "1007", to: "traffic_police", what: "accident" }), "1007 通知 交警：交通事故");
  assert.equal(say("plan.shortfall", { number: "1007", missing: 1, role: "primary" }), "1007 预案缺 1 个（主办）");
  assert.equal(say("timer.warned", { number: "1007", timer: "role:1", unit: "P3" }), "1007 将超时：增援，P3");
  assert.equal(say("command.rejected", { verb: "acknowledge", status: 409, detail: "the assignment is en_route: it cannot be acknowledged", by: { unit: "P7" } }), "指令被拒：P7 签收，派单已是“途中”，不能再“签收”");
  assert.equal(names.roleName("back_up"), "支援");
  assert.equal(names.categoryName("9801"), "民警遇险求助");
  assert.equal(names.areaName("gaoqiao"), "高桥");
});
