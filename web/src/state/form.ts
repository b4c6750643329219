// The incident whose feedback form is open; null: none. What was written in a form stays until it is sent.
import { signal } from "@preact/signals";

export const formFor = signal<string | null>(null);

type Written = Readonly<Record<string, string>>;
/** By incident, by field. In memory only: it may name people. */
export const written = signal<Readonly<Record<string, Written>>>({});

export function write(incident: string, field: string, text: string): void {
  written.value = { ...written.value, [incident]: { ...written.value[incident], [field]: text } };
}

export function forget(incident: string): void {
  const { [incident]: _sent, ...others } = written.value;
  written.value = others;
}
