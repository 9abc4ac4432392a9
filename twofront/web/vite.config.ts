import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// Addresses inside the built files are relative, so that they hold under any static folder.
export default defineConfig({
  root: here("."),
  base: "./",
  publicDir: false,
  logLevel: "warn",
  build: {
    outDir: here("./dist"),
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    modulePreload: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      input: {
        app: here("./assets/app.ts"),
        charts: here("./assets/charts.ts"),
        editor: here("./assets/editor.ts"),
        style: here("./assets/app.css"),
        fonts: here("./assets/fonts.css"),
      },
    },
  },
});
