/**
 * @module How Go's fmt prints strings.
 */

import { encode } from './bytes.ts';
import { canBackquote, quote } from './quote.ts';
import { pad, truncate, type Flags } from './verb.ts';

const byteDigits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The text; undefined if the verb is not for strings. */
export function formatString(value: string, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
      return flags.source ? quoted(value, flags) : pad(truncate(value, flags), flags);
    case 's':
      return pad(truncate(value, flags), flags);
    case 'q':
      return quoted(value, flags);
    case 'x':
      return hexadecimal(value, flags, '0x');
    case 'X':
      return hexadecimal(value, flags, '0X').replace(/[a-f]/g, (digit) => digit.toUpperCase());
    default:
      return undefined;
  }
}

function quoted(value: string, flags: Flags): string {
  const text = truncate(value, flags);
  const isRaw = flags.sharp && canBackquote(text);
  return pad(isRaw ? `\`${text}\`` : quote(text, '"', flags.plus), flags);
}

/** Each byte as two digits; `#` puts a prefix before the whole or, with blanks between them, before each byte. */
function hexadecimal(value: string, flags: Flags, prefix: string): string {
  const { sharp, space, precision } = flags;
  const bytes = Array.from(encode(value).subarray(0, precision), (byte) => byteDigits[byte] ?? '');
  const separator = sharp && space ? ` ${prefix}` : ' ';
  const digits = bytes.join(space ? separator : '');
  return pad(sharp && digits !== '' ? prefix + digits : digits, flags);
}
