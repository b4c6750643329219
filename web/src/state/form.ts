// The incident whose feedback form is open; null: none.
import { signal } from "@preact/signals";

export const formFor = signal<string | null>(null);
