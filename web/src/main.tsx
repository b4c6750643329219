import { render } from "preact";
import { effect } from "@preact/signals";
import "./style/page.css";
import "./style/session.css";
import "./style/crew.css";
import "./style/call.css";
import { listen } from "./keyboard.ts";
import { may } from "./session.ts";
import { look } from "./state/lookups.ts";
import { discard } from "./state/call.ts";
import { readHeat } from "./state/heat.ts";
import { follow } from "./state/stream.ts";
import { area, keep, screen, theme } from "./state/view.ts";
import { App } from "./ui/App.tsx";
import { words } from "./words/index.ts";

effect(() => {
  const wall = screen.value === "wall";
  document.documentElement.dataset["theme"] = wall ? "wall" : theme.value;
  document.title = `${words.screens[screen.value]} · ${words.title}`;
});

const root = document.getElementById("app");
if (root !== null) {
  keep();
  render(<App />, root);
  listen();
  addEventListener("click", (event) => { if (event.target instanceof Element && event.target.closest('a[href^="/sign-in/out"]') !== null) discard(); });
  if (area.value !== "") {
    if (may("stream:read")) follow(area.value);
    look(area.value);
    void readHeat(area.value);
  }
}
