// The page's words and signals as a browser would load them, for tests in Node: what the server writes, and no clock.
export async function pageIn(language: "zh" | "en") {
  Object.assign(globalThis, {
    document: { body: { dataset: { language, areas: JSON.stringify([{ id: "gaoqiao", name_zh: "高桥", name_en: "Gaoqiao", timezone: "Asia/Shanghai" }]) } } },
    setInterval: () => 0,
  });
  const { words } = await import("../src/words/index.ts");
  const { ground, results, kinds } = await import("../src/state/known.ts");
  ground.value = { place_names: { 永定美食城: "Yongding Food Court" } } as never;
  results.value = [{ code: "移交", name_zh: "移交", name_en: "Handed over", solves: false }];
  kinds.value = { "9801": { name_zh: "民警遇险求助", name_en: "Officer needs help" } };
  return { words, names: await import("../src/words/names.ts") };
}
