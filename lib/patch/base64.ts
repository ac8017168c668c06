/**
 * @module Base64 of UTF-8 text, without Node's Buffer: the core runs wherever JavaScript does.
 */
const encoder = new TextEncoder();

/** `Uint8Array.prototype.toBase64` (ES2026), native from Node 25 on; older ones take the way over `btoa`. */
interface Base64Bytes {
  readonly toBase64?: () => string;
}

/** btoa takes its bytes as characters; fromCharCode takes its characters as arguments, of which there is a limit. */
const CHUNK = 8192;

function viaBinaryString(bytes: Uint8Array): string {
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) {
    chunks.push(String.fromCharCode(...bytes.subarray(at, at + CHUNK)));
  }
  return btoa(chunks.join(''));
}

export function toBase64(text: string): string {
  const bytes: Uint8Array & Base64Bytes = encoder.encode(text);
  return bytes.toBase64?.() ?? viaBinaryString(bytes);
}
