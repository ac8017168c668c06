/**
 * @module Go's strconv.FormatFloat for finite numbers, without the sign.
 */

import { exactDigits, roundDigits, shortestDigits, split, type Digits } from './float-digits.ts';

export type FloatFormat = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X';

/** The magnitude of a number; a precision of -1 asks for as few digits as identify it. */
export function floatText(value: number, format: FloatFormat, precision: number): string {
  const magnitude = Math.abs(value);
  switch (format) {
    case 'b':
      return binary(magnitude);
    case 'x':
      return hexadecimal(magnitude, precision);
    case 'X':
      return hexadecimal(magnitude, precision).toUpperCase();
    case 'e':
      return exponential(magnitude, precision);
    case 'E':
      return exponential(magnitude, precision).toUpperCase();
    case 'f':
      return fixed(magnitude, precision);
    case 'g':
      return general(magnitude, precision);
    case 'G':
      return general(magnitude, precision).toUpperCase();
  }
}

function exponential(value: number, precision: number): string {
  if (precision >= 0) return withExponent(roundDigits(exactDigits(value), precision + 1), precision);
  const digits = shortestDigits(value);
  return withExponent(digits, Math.max(digits.digits.length - 1, 0));
}

function withExponent({ digits, point }: Digits, precision: number): string {
  const shown = digits.slice(0, precision + 1).padEnd(precision + 1, '0');
  const mantissa = precision > 0 ? `${shown.charAt(0)}.${shown.slice(1)}` : shown;
  return `${mantissa}e${exponentText(digits === '' ? 0 : point - 1)}`;
}

/** The sign is always there, and so are two digits. */
function exponentText(exponent: number): string {
  return (exponent < 0 ? '-' : '+') + String(Math.abs(exponent)).padStart(2, '0');
}

function fixed(value: number, precision: number): string {
  const all = precision < 0 ? shortestDigits(value) : exactDigits(value);
  if (precision < 0) return pointed(all, Math.max(all.digits.length - all.point, 0));
  return pointed(roundDigits(all, all.point + precision), precision);
}

function pointed({ digits, point }: Digits, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (precision === 0) return whole;
  const fraction = point < 0 ? '0'.repeat(Math.min(-point, precision)) + digits : digits.slice(point);
  return `${whole}.${fraction.slice(0, precision).padEnd(precision, '0')}`;
}

/** The shorter of the two, by Go's rule: an exponent below -4 or from the precision on, which is 6 if none is given. */
function general(value: number, precision: number): string {
  const isShortest = precision < 0;
  const wanted = Math.max(precision, 1);
  const digits = isShortest ? shortestDigits(value) : roundDigits(exactDigits(value), wanted);
  const count = digits.digits.length;
  const limit = isShortest ? count : wanted;
  const enough = limit > count && count >= digits.point ? count : limit;
  const exponent = digits.point - 1;
  if (exponent < -4 || exponent >= (isShortest ? 6 : enough)) {
    return withExponent(digits, Math.max(Math.min(limit, count) - 1, 0));
  }
  return pointed(digits, Math.max(count - digits.point, 0));
}

function binary(value: number): string {
  const { mantissa, exponent } = split(value);
  return `${mantissa}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}

/** `0x1.8p+01`: the leading digit is 1, and 0 only for zero. */
function hexadecimal(value: number, precision: number): string {
  const { mantissa, exponent } = split(value);
  if (mantissa === 0n) return `0x0${precision > 0 ? `.${'0'.repeat(precision)}` : ''}p+00`;
  const bits = mantissa.toString(2).length;
  const whole = { mantissa: mantissa << BigInt(53 - bits), exponent: exponent + bits - 1 };
  const rounded = precision >= 0 && precision < 13 ? roundHexadecimal(whole, precision) : whole;
  const digits = (rounded.mantissa & 0xfffffffffffffn).toString(16).padStart(13, '0');
  const shown = precision < 0 ? digits.replace(/0+$/, '') : digits.slice(0, precision).padEnd(precision, '0');
  return `0x1${shown === '' ? '' : '.'}${shown}p${exponentText(rounded.exponent)}`;
}

function roundHexadecimal(
  { mantissa, exponent }: ReturnType<typeof split>,
  precision: number,
): ReturnType<typeof split> {
  const unit = 1n << BigInt(52 - 4 * precision);
  const rest = mantissa % unit;
  const down = mantissa - rest;
  const isUp = 2n * rest > unit || (2n * rest === unit && (down / unit) % 2n === 1n);
  const rounded = isUp ? down + unit : down;
  return rounded >> 53n === 0n
    ? { mantissa: rounded, exponent }
    : { mantissa: rounded >> 1n, exponent: exponent + 1 };
}
