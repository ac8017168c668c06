/**
 * Bundles `server/main.ts` into `dist/cleat.js`, one file that starts in half the time of the sources and needs no
 * node_modules. What only some commands need stays in chunks of its own beside it.
 */
import { build } from 'esbuild';
import { rm } from 'node:fs/promises';

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: { cleat: 'server/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node22.19',
  format: 'esm',
  minifySyntax: true,
  sourcemap: false,
  legalComments: 'linked',
  chunkNames: 'chunks/[name]-[hash]',
  // Some dependencies are CommonJS and call require for Node's own modules.
  banner: {
    js: "import { createRequire as cleatRequire } from 'node:module'; const require = cleatRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
