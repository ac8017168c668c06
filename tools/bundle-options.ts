/**
 * How sources become a bundle: of the command, and of what it is measured against.
 */
import type { BuildOptions } from 'esbuild';

export const BUNDLE_OPTIONS: BuildOptions = {
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node22.19',
  format: 'esm',
  minifySyntax: true,
  sourcemap: false,
  // Some dependencies are CommonJS and call require for Node's own modules.
  banner: {
    js: "import { createRequire as cleatRequire } from 'node:module'; const require = cleatRequire(import.meta.url);",
  },
  logLevel: 'warning',
};
