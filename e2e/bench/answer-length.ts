/**
 * @module How long an HTTP answer is, from its head. No more of HTTP than Fastify uses for an answer of known length.
 */
const END_OF_HEAD = '\r\n\r\n';

/** In bytes, head and body; undefined while the head is incomplete. Errors: a head without Content-Length. */
export function answerLength(bytes: Buffer): number | undefined {
  const end = bytes.indexOf(END_OF_HEAD);
  if (end < 0) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString('latin1', 0, end))?.[1];
  if (length === undefined) throw new Error('an answer without Content-Length');
  return end + END_OF_HEAD.length + Number(length);
}
