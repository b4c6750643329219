// The last answer: what was said to a command, in words, and how it can be undone.
import { signal } from "@preact/signals";
import { now } from "../state/clock.ts";

/** beside: it answers a button of the drawer or a form, where the person is looking; the answer stands there, too. */
export interface Given { ok: boolean | null; text: string; at: number; beside: boolean }

export const last = signal<Given | null>(null);
export const sound = signal(localStorage.getItem("tone") === "on");

interface Undo { what: string; run: () => Promise<void> }
let undo: Undo | null = null;

export function setSound(on: boolean): void {
  sound.value = on;
  localStorage.setItem("tone", on ? "on" : "off");
  if (on) tone(880, 0.08);
}

let audio: AudioContext | null = null;
export function tone(frequency: number, seconds: number): void {
  if (!sound.value) return;
  audio ??= new AudioContext();
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  gain.gain.value = 0.06;
  oscillator.frequency.value = frequency;
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start();
  oscillator.stop(audio.currentTime + seconds);
}

/** ok null: under way. */
export function say(ok: boolean | null, text: string): void {
  last.value = { ok, text, at: now(), beside: document.activeElement?.closest(".drawer") != null };
  if (ok === true) tone(880, 0.08);
  if (ok === false) tone(220, 0.25);
}

export function canUndo(what: string, run: () => Promise<void>): void {
  undo = { what, run };
}

export function takeUndo(): Undo | null {
  const taken = undo;
  undo = null;
  return taken;
}
