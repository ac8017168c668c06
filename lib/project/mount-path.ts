/**
 * @module The path that a binding is mounted at, as Go's path.Join makes it (the reference implementation's users have
 * those paths in their Pods).
 */

/** Relative, or with `//`, `/.` or a slash at the end: what cleaning may change. */
const UNCLEAN = /^(?!\/)|\/\/|\/\.|\/$/;

/** Lexically cleaned: no `.`, no `//`, `..` resolved, no slash at the end; empty becomes `.`. */
export function cleanPath(path: string): string {
  if (!UNCLEAN.test(path)) return path;
  return clean(path, path.startsWith('/'));
}

function clean(path: string, rooted: boolean): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!rooted) parts.push(part);
  }
  const cleaned = (rooted ? '/' : '') + parts.join('/');
  return cleaned === '' ? '.' : cleaned;
}

/** `<root>/<directory>`, cleaned; an empty root leaves the directory alone, as Go does. */
export function mountPath(root: string, directory: string): string {
  return cleanPath(root === '' ? directory : `${root}/${directory}`);
}
