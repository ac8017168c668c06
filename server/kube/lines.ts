/**
 * @module A byte stream as lines: the framing of a watch.
 */
import { TransportError } from './errors.ts';

/**
 * Far above the largest object: etcd takes 1.5 MiB a request as it comes, and JSON is at most a few times as long as
 * what is stored. It keeps a stream without line ends from filling the memory.
 */
const LONGEST_LINE = 32 * 1024 * 1024;

const LINE_FEED = 0x0a;

/**
 * The lines of a stream, without their ends and without empty ones. What follows the last line end is no line: the
 * connection broke in the middle of it.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  longest: number = LONGEST_LINE,
): AsyncGenerator<string, void, undefined> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      parts.push(chunk.subarray(from, end));
      from = end + 1;
      const line = Buffer.concat(parts).toString('utf8');
      parts = [];
      length = 0;
      if (line !== '') yield line;
    }
    const rest = chunk.subarray(from);
    if (rest.length > 0) parts.push(rest);
    length += rest.length;
    if (length > longest) throw new TransportError('unreadable', `a line of more than ${longest} bytes`);
  }
}
