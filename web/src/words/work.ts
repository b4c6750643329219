import { session } from "../session.ts";
import { en } from "./work.en.ts";
import { zh, type Work } from "./work.zh.ts";

export const work: Work = session.language === "zh" ? zh : en;
