// Whether letters are keys outside of fields. Who speaks to the computer, or shares a keyboard, turns them off [2.1.4].
import { signal } from "@preact/signals";

const KEPT = "letters";
export const letters = signal(localStorage.getItem(KEPT) !== "off");

export function setLetters(on: boolean): void {
  letters.value = on;
  localStorage.setItem(KEPT, on ? "on" : "off");
}
