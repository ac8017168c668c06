/**
 * @module Splitting the value of an annotation.
 */

/** At each separator that does not stand within `{{ … }}`, the action of a template. */
export function splitOutsideActions(text: string, separator: ',' | ':'): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  let at = 0;
  while (at < text.length) {
    if (text.startsWith('{{', at)) {
      const close = text.indexOf('}}', at);
      at = close === -1 ? text.length : close + 2;
    } else {
      if (text[at] === separator) {
        parts.push(text.slice(from, at));
        from = at + 1;
      }
      at += 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}
