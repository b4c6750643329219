// Who looks, as the server wrote it into the page.

export interface AreaName {
  id: string;
  name_zh: string;
  name_en: string;
  timezone: string;
}

export type Language = "zh" | "en";

const told = document.body.dataset;

export const session = {
  language: (told["language"] === "en" ? "en" : "zh") as Language,
  csrf: told["csrf"] ?? "",
  client: told["client"] ?? "",
  role: told["role"] ?? "",
  unit: told["unit"] || null,
  scopes: new Set((told["scopes"] ?? "").split(" ")),
  areas: JSON.parse(told["areas"] ?? "[]") as AreaName[],
};

export const may = (scope: string): boolean => session.scopes.has(scope);

/** The name in the page's language. */
export const named = (thing: { name_zh: string; name_en: string }): string =>
  session.language === "zh" ? thing.name_zh : thing.name_en;
