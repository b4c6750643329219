import { session } from "../session.ts";
import { en } from "./en.ts";
import { zh, type Words } from "./zh.ts";

export const words: Words = session.language === "zh" ? zh : en;

const locale = session.language === "zh" ? "zh-CN" : "en-GB";
const zone = (area: string): string => session.areas.find((one) => one.id === area)?.timezone ?? "Asia/Shanghai";
const formats = new Map<string, Intl.DateTimeFormat>();

function format(area: string, kind: "clock" | "minute" | "day" | "both"): Intl.DateTimeFormat {
  const key = `${area}/${kind}`;
  let found = formats.get(key);
  if (found === undefined) {
    const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(kind === "clock" ? { second: "2-digit" as const } : {}) } as const;
    const date = { month: "2-digit", day: "2-digit" } as const;
    found = new Intl.DateTimeFormat(locale, { timeZone: zone(area), ...(kind === "day" ? date : kind === "both" ? { ...date, ...time } : time) });
    formats.set(key, found);
  }
  return found;
}

/** Times are the area's own. */
export const clockTime = (at: number | string, area: string): string => format(area, "clock").format(new Date(at));
export const minute = (at: number | string, area: string): string => format(area, "minute").format(new Date(at));
export const dayTime = (at: number | string, area: string): string => format(area, "both").format(new Date(at));
/** With the year, as it stands in a document. */
export const wholeDay = (at: number | string, area: string): string => new Intl.DateTimeFormat(locale, { timeZone: zone(area), dateStyle: "long" }).format(new Date(at));
export const dayOf = (at: number | string, area: string): string => format(area, "day").format(new Date(at));
