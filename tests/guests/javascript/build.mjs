// node build.mjs NODE_MODULES WIT OUTPUT: app.js as a component.
// By the library: the command fails on a folder of WIT that lies elsewhere.

import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [nodeModules, witPath, output] = process.argv.slice(2);
if (output === undefined) {
  console.error("usage: node build.mjs NODE_MODULES WIT OUTPUT");
  process.exit(2);
}
const library = resolve(nodeModules, "@bytecodealliance/componentize-js/src/componentize.js");
const { componentize } = await import(pathToFileURL(library));

const { component } = await componentize({
  sourcePath: fileURLToPath(new URL("app.js", import.meta.url)),
  witPath: resolve(witPath),
  worldName: "check-hook",
  // A hook has neither: it is handed what it may use.
  disableFeatures: ["http", "fetch-event"],
});
await writeFile(output, component);
