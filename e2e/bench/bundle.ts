/**
 * @module The floor, bundled as the command is: the two may differ in nothing but what they do.
 */
import { build } from 'esbuild';
import { join } from 'node:path';
import { BUNDLE_OPTIONS } from '../../tools/bundle-options.ts';

/** Returns the path of the bundle. */
export async function bundleFloor(directory: string): Promise<string> {
  await build({
    ...BUNDLE_OPTIONS,
    entryPoints: { floor: join(import.meta.dirname, 'floor.ts') },
    outdir: directory,
    outExtension: { '.js': '.mjs' },
  });
  return join(directory, 'floor.mjs');
}
