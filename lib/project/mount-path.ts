/**
 * @module The path that a binding is mounted at, as Go's path.Join makes it (the reference implementation's users have
 * those paths in their Pods).
 */

/** Lexically cleaned: no `.`, no `//`, `..` resolved, no slash at the end; empty becomes `.`. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
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

/** Relative, or with `//`, `/.` or a slash at the end: what cleaning may change. */
const UNCLEAN = /^(?!\/)|\/\/|\/\.|\/$/;

/** Whether a path, once cleaned, is this clean one. Most are clean already. */
export function isSamePath(path: string, clean: string): boolean {
  return path === clean || (UNCLEAN.test(path) && cleanPath(path) === clean);
}

/** `<root>/<directory>`, cleaned; an empty root leaves the directory alone, as Go does. */
export function mountPath(root: string, directory: string): string {
  const path = root === '' ? directory : `${root}/${directory}`;
  return UNCLEAN.test(path) ? cleanPath(path) : path;
}
