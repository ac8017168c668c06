/**
 * @module Base64 of bytes, both ways, without Node's Buffer: Secrets hold any bytes, and none of them may be lost.
 */

/** Native from Node 25 on (ES2026); older ones take the way over `btoa`. */
interface Base64Bytes {
  readonly toBase64?: () => string;
}

/** btoa takes its bytes as characters; fromCharCode takes its characters as arguments, of which there is a limit. */
const CHUNK = 8192;

export function encodeBase64(bytes: Uint8Array & Base64Bytes): string {
  return bytes.toBase64?.() ?? viaCharacters(bytes);
}

export function viaCharacters(bytes: Uint8Array): string {
  const chunks: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) {
    chunks.push(String.fromCharCode(...bytes.subarray(at, at + CHUNK)));
  }
  return btoa(chunks.join(''));
}

/** Undefined if the text is no base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  try {
    const characters = atob(text);
    const bytes = new Uint8Array(characters.length);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = characters.charCodeAt(at);
    return bytes;
  } catch {
    return undefined;
  }
}
