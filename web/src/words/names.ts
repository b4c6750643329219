// What names and codes of the area's data are in the page's language; what the data does not tell stays as it is.
import { named, session } from "../session.ts";
import { categories, ground, kinds, results } from "../state/known.ts";
import { words } from "./index.ts";

/** The gazetteer's names are Chinese; the area's data has most of them in English, too. */
export const placeName = (name: string): string => (session.language === "zh" ? name : (ground.value?.place_names[name] ?? name));

export const resultName = (code: string): string => {
  const found = results.value?.find((one) => one.code === code);
  return found === undefined ? code : named(found);
};

/** A kind of dispute, by its code, its alias, or as mediation calls it. */
export const kindName = (kind: string): string => {
  const found = kinds.value[kind];
  return found === undefined ? kind : named(found);
};

/** A category of incidents by its code; that of an officer's call for help is among the kinds alone. */
export const categoryName = (code: string): string => {
  const found = categories.value.find((one) => one.code === code);
  return found === undefined ? kindName(code) : named(found);
};

export const roleName = (role: string): string => words.role[role] ?? role.replace(/_/g, " ");

/** Another area may be one that this session does not see. */
export const areaName = (area: string): string => {
  const found = session.areas.find((one) => one.id === area);
  return found === undefined ? area : named(found);
};
