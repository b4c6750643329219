// What the wall shows of the open incidents. Pure.
import type { Incident } from "./types.ts";

export interface WallPage {
  rows: Incident[];
  /** The rest of priority 1, by number alone: it stays in sight, however many there are. */
  numbers: Incident[];
  /** How many of those there was no room for, not even as a number. */
  unseen: number;
  page: number;
  pages: number;
}

/** Of what turns pages, at least this many rows do at a time. */
const LEAST_TURNING = 2;
/** Rows of priority 1 when not all of it fits as rows, rows that its numbers take then, and how many numbers those hold. */
const FIRST_ROWS = 5;
const NUMBER_ROWS = 4;
const MOST_NUMBERS = 96;

/** all: in the order of the list. each: rows that fit. turn: rises with each turning. Priority 1 stays, all else turns pages. */
export function wallPage(all: readonly Incident[], each: number, turn: number): WallPage {
  const gravest = all.filter((one) => one.priority === 1);
  const others = all.filter((one) => one.priority !== 1);
  const crowded = gravest.length > each - LEAST_TURNING;
  const stay = crowded ? gravest.slice(0, FIRST_ROWS) : gravest;
  const rest = gravest.slice(stay.length);
  const room = each - stay.length - (crowded ? NUMBER_ROWS : 0);
  const pages = Math.max(1, Math.ceil(others.length / room));
  const page = turn % pages;
  return { rows: [...stay, ...others.slice(page * room, page * room + room)], numbers: rest.slice(0, MOST_NUMBERS), unseen: Math.max(0, rest.length - MOST_NUMBERS), page, pages };
}
