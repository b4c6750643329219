import assert from "node:assert/strict";
import { test } from "node:test";
import { completions, duration, isFault, parse, type Fault, type Said, type World } from "../src/commands/parse.ts";
import { VERBS } from "../src/commands/verbs.ts";

const world: World = {
  units: [
    { unit: "YY", call_sign: "YY", name_zh: "怡园警务点", name_en: "Yiyuan Post", initials: "yyjwd" },
    { unit: "P3", call_sign: "P3", name_zh: "巡逻3组", name_en: "Patrol 3", initials: "xl3z" },
    { unit: "P7", call_sign: "P7", name_zh: "巡逻7组", name_en: "Patrol 7", initials: "xl7z" },
  ],
  incidents: [{ id: "a", number: "1042" }, { id: "b", number: "1039" }],
  selected: "1042",
};
const said = (text: string): Said => {
  const found = parse(text, world);
  assert.ok(!isFault(found), JSON.stringify(found));
  return found;
};
const fault = (text: string, within = world): Fault => {
  const found = parse(text, within);
  assert.ok(isFault(found), JSON.stringify(found));
  return found;
};

test("C2 the same order in English, Chinese and pinyin", () => {
  for (const text of ["assign P3 1042", "派 P3 1042", "派P3 1042", "pj p3 1042", "ｐｊ Ｐ３ １０４２", "assign P3 .", "pj P3"]) {
    const found = said(text);
    assert.equal(found.verb.id, "assign", text);
    assert.deepEqual([found.units.map((one) => one.unit), found.incidents.map((one) => one.id)], [["P3"], ["a"]], text);
  }
});
test("C2 a unit by the initials of its name, and several at once with a reason", () => {
  assert.deepEqual(said("pj yy 1042").units.map((one) => one.unit), ["YY"]);
  assert.deepEqual(said("派 怡园 1042").units.map((one) => one.unit), ["YY"]);
  const found = said("pj P3 P7 .；持刀");
  assert.deepEqual([found.units.length, found.reason], [2, "持刀"]);
});
test("C2 without units the advice is meant", () => assert.deepEqual(said("pj 1042").units, []));
test("C2 duplicates name two; one is the selected", () => {
  assert.deepEqual(said("dup 1042 1039").incidents.map((one) => one.number), ["1042", "1039"]);
  assert.deepEqual(said("ba 1039").incidents.map((one) => one.number), ["1042", "1039"]);
});
test("C2 what is wrong is named", () => {
  assert.deepEqual(fault("pj P33 1042"), { kind: "no-unit", word: "P33", like: "P3" });
  assert.deepEqual(fault("pj P3 9999"), { kind: "no-incident", word: "9999" });
  assert.deepEqual(fault("gp P3 1042"), { kind: "needs", what: "reason" });
  assert.deepEqual(fault("zzz"), { kind: "no-verb", word: "zzz" });
  assert.deepEqual(fault("qx", { ...world, selected: null }), { kind: "needs", what: "incident" });
  assert.equal(fault("re P3;x").kind, "ambiguous");
});
test("C2 a priority is no incident's number", () => {
  assert.deepEqual([said("priority . 1").words, said("gj 1042 2").words, said("改级 3").incidents[0]?.number], ["1", "2", "1042"]);
});
test("C2 words and durations", () => {
  assert.equal(said("cj P3 当场 调解").words, "当场 调解");
  assert.deepEqual(["10m", "90s", "2h", "5", "x"].map(duration), [600, 90, 7200, 300, null]);
});
test("C2 completion offers verbs, units, incidents and results", () => {
  assert.ok(completions("as", world, [], () => true).includes("assign "));
  assert.ok(completions("派", world, [], () => true).includes("派 "));
  assert.deepEqual(completions("pj P", world, [], () => true).slice(0, 2), ["pj P3 ", "pj P7 "]);
  assert.ok(completions("cj P3 当", world, ["当场调解"], () => true).includes("cj P3 当场调解 "));
  assert.deepEqual(completions("cj P3 ", world, ["当场调解", "移交"], () => true), ["cj P3 当场调解 ", "cj P3 移交 "]); // the unit is named: results are next
  assert.deepEqual(completions("", world, [], (scope) => scope === "nothing"), []);
});
test("C2 no two verbs share a word, and each has all three kinds", () => {
  const words = VERBS.flatMap((one) => [...one.en, ...one.zh, ...one.py]);
  assert.equal(new Set(words).size, words.length);
});
test("C2 completion knows categories by name and by initials", () => {
  const known = [{ name: "殴打他人", initials: "odtr" }, { name: "brawl", initials: "" }];
  assert.deepEqual(completions("dl . od", world, [], () => true, known), ["dl . 殴打他人 "]);
  assert.deepEqual(completions("jj br", world, [], () => true, known), ["jj brawl "]);
});

test("C2 aid names an area, and Tab offers those that lend", () => {
  assert.deepEqual(fault("qy 1042;没有空闲"), { kind: "needs", what: "area" });
  assert.deepEqual(completions("qy 1042 ", world, [], () => true, [], ["慈音", "东城"]), ["qy 1042 慈音 ", "qy 1042 东城 "]);
  assert.deepEqual(completions("qy 1042 慈", world, [], () => true, [], ["慈音", "东城"]), ["qy 1042 慈音 "]);
});
