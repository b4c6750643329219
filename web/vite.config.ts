import { defineConfig } from "vite";

// The page is served under /static/app; the names of its files carry their hash, so that browsers may keep them for ever.
export default defineConfig({
  base: "/static/app/",
  build: {
    outDir: "../services/commandroom/static/app",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rollupOptions: { input: "src/main.tsx" },
  },
  worker: { format: "es" },
});
