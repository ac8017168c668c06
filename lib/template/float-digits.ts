/**
 * @module The decimal digits of a float64, as few as identify it or as many as are asked for, exactly rounded.
 */

/** 0.d₁d₂… · 10^point; no digits for zero, and none that are zero at the end. */
export interface Digits {
  readonly digits: string;
  readonly point: number;
}

/** The fewest digits that identify the number; it is not negative. */
export function shortestDigits(value: number): Digits {
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e');
  return trimmed(mantissa.replace('.', ''), Number(exponent) + 1);
}

/** All digits: a float64 is mantissa · 2^exponent, and 2^-k is 5^k · 10^-k. */
export function exactDigits(value: number): Digits {
  const { mantissa, exponent } = split(value);
  if (exponent >= 0) {
    const digits = String(mantissa << BigInt(exponent));
    return trimmed(digits, digits.length);
  }
  const digits = String(mantissa * 5n ** BigInt(-exponent));
  return trimmed(digits, digits.length + exponent);
}

/** The value as mantissa · 2^exponent, the mantissa of 53 bits (or less, for the smallest numbers). */
export function split(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0) & 0x7fffffffffffffffn;
  const biased = Number(bits >> 52n);
  const fraction = bits & 0xfffffffffffffn;
  if (biased === 0) return { mantissa: fraction, exponent: -1074 };
  return { mantissa: fraction | 0x10000000000000n, exponent: biased - 1075 };
}

function trimmed(digits: string, point: number): Digits {
  const kept = digits.replace(/0+$/, '');
  return { digits: kept, point: kept === '' ? 0 : point };
}

/** Rounds to a number of digits, ties to even. Where not even the first digit counts, nothing happens, as in Go. */
export function roundDigits({ digits, point }: Digits, count: number): Digits {
  if (count < 0 || count >= digits.length) return { digits, point };
  const kept = digits.slice(0, count);
  if (!roundsUp(digits, count)) return trimmed(kept, point);
  const nines = /9*$/.exec(kept)?.[0].length ?? 0;
  if (nines === kept.length) return { digits: '1', point: point + 1 };
  const index = kept.length - nines - 1;
  return { digits: kept.slice(0, index) + String(Number(kept.charAt(index)) + 1), point };
}

function roundsUp(digits: string, count: number): boolean {
  const isTie = digits.charAt(count) === '5' && digits.length === count + 1;
  if (!isTie) return digits.charAt(count) >= '5';
  return count > 0 && Number(digits.charAt(count - 1)) % 2 === 1;
}
