/**
 * The imports of the house's sources, read as text: what the test of its boundaries looks at.
 */
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

export interface Import {
  readonly from: string;
  /** A path from the project's root for files, the package's name or `node:...` otherwise. */
  readonly to: string;
  readonly isFile: boolean;
  /** True if nothing is left of it at run time. */
  readonly isType: boolean;
}

const STATEMENT =
  /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

function importsOf(file: string): readonly Import[] {
  return [...readFileSync(file, 'utf8').matchAll(STATEMENT)].map((match) => {
    const specifier = match[2] ?? match[3] ?? '';
    const isFile = specifier.startsWith('.');
    const to = isFile
      ? posix.join(posix.dirname(file), specifier)
      : specifier.startsWith('node:')
        ? specifier
        : packageOf(specifier);
    return { from: file, to, isFile, isType: match[1] !== undefined };
  });
}

/** Of all sources below the folders, tests left out. */
export function readImports(folders: readonly string[]): readonly Import[] {
  return folders
    .flatMap((folder) => globSync(`${folder}/**/*.ts`))
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !/\.test\.ts$|\/testkit\/|\/testing\/|\/test-support\.ts$|\/testdata\//.test(file))
    .sort()
    .flatMap(importsOf);
}
