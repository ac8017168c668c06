/**
 * @module A tar archive (ustar) in memory that depends on its entries alone: sorted, of root, at the beginning of time.
 */

export type TarEntry =
  | { readonly type: 'file'; readonly path: string; readonly data: Uint8Array; readonly mode: number }
  | { readonly type: 'folder'; readonly path: string; readonly mode: number }
  | { readonly type: 'link'; readonly path: string; readonly target: string };

const BLOCK = 512;
const TYPES = { file: '0', link: '2', folder: '5' } as const;

/** The folders above an entry are added, readable by everyone; paths are relative and without `.` or `..`. */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  const all = new Map<string, TarEntry>();
  for (const entry of entries) {
    if (all.has(entry.path)) throw new Error(`${entry.path} is twice in the archive`);
    all.set(entry.path, entry);
  }
  for (const path of entries.flatMap((entry) => foldersAbove(entry.path))) {
    if (!all.has(path)) all.set(path, { type: 'folder', path, mode: 0o755 });
  }
  const sorted = [...all.values()].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
  return Buffer.concat([...sorted.flatMap(blocksOf), Buffer.alloc(2 * BLOCK)]);
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function blocksOf(entry: TarEntry): Uint8Array[] {
  if (entry.type !== 'file') return [headerOf(entry)];
  return [headerOf(entry), entry.data, Buffer.alloc((BLOCK - (entry.data.length % BLOCK)) % BLOCK)];
}

function headerOf(entry: TarEntry): Buffer {
  const header = Buffer.alloc(BLOCK);
  const [prefix, name] = split(entry.type === 'folder' ? `${entry.path}/` : entry.path);
  const size = entry.type === 'file' ? entry.data.length : 0;
  write(header, { at: 0, room: 100, text: name });
  write(header, { at: 100, room: 8, text: octal(entry.type === 'link' ? 0o777 : entry.mode, 7) });
  write(header, { at: 108, room: 8, text: octal(0, 7) }); // uid
  write(header, { at: 116, room: 8, text: octal(0, 7) }); // gid
  write(header, { at: 124, room: 12, text: octal(size, 11) });
  write(header, { at: 136, room: 12, text: octal(0, 11) }); // the time of the last change
  write(header, { at: 156, room: 1, text: TYPES[entry.type] });
  write(header, { at: 157, room: 100, text: entry.type === 'link' ? entry.target : '' });
  write(header, { at: 257, room: 8, text: 'ustar\u{0}00' });
  write(header, { at: 345, room: 155, text: prefix });
  // The checksum is that of a header with blanks in place of the checksum.
  write(header, { at: 148, room: 8, text: ' '.repeat(8) });
  const sum = header.reduce((total, byte) => total + byte, 0);
  write(header, { at: 148, room: 8, text: `${octal(sum, 6)}\u{0} ` });
  return header;
}

/** A name has 100 bytes; a longer path is cut at a slash, its beginning going to the prefix. */
function split(path: string): readonly [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ['', path];
  const cut = path.indexOf('/', Buffer.byteLength(path) - 101);
  if (cut === -1 || cut === path.length - 1) throw new Error(`${path} is too long for a tar archive`);
  return [path.slice(0, cut), path.slice(cut + 1)];
}

interface Field {
  readonly at: number;
  readonly room: number;
  readonly text: string;
}

function write(header: Buffer, { at, room, text }: Field): void {
  if (Buffer.byteLength(text) > room) throw new Error(`${text} is too long for a tar archive`);
  header.write(text, at);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
