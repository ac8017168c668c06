/**
 * @module The examples of a page: what is given, and what the page says comes of it. The words behind the fence tell.
 *
 * | fence              | what stands in it                                                                     |
 * |--------------------|---------------------------------------------------------------------------------------|
 * | `yaml inject`      | objects: a new example, given to `inject`                                             |
 * | `yaml result`      | parts of objects that come out: what is shown is there; lists are shown whole         |
 * | `text ready`       | the bindings, as `kubectl get servicebindings` has them                               |
 * | `text sees …`      | all files and variables that a container finds; behind it the workload, the container |
 * | `text says`        | lines, each part of a binding's message or of a warning                               |
 * | `yaml refused`     | an object that admission refuses; `text says` has the words                           |
 * | `yaml valid`       | objects that are written correctly                                                    |
 */
export interface Block {
  readonly words: readonly string[];
  readonly text: string;
  /** For messages: where its fence stands. */
  readonly place: string;
}

export interface Example {
  readonly place: string;
  readonly given: string;
  readonly claims: readonly Block[];
}

const FENCE = /^```(.*)\n([\s\S]*?)^```$/gm;

export function blocksOf(page: string, path: string): readonly Block[] {
  return [...page.matchAll(FENCE)].map(({ 1: info = '', 2: text = '', index }) => ({
    words: info.trim().split(/\s+/),
    text,
    place: `${path}:${page.slice(0, index).split('\n').length}`,
  }));
}

const MARKS = 'yaml inject|yaml result|yaml refused|yaml valid|text ready|text sees|text says'.split('|');

export const isMarked = ({ words }: Block): boolean => MARKS.includes(words.slice(0, 2).join(' '));

const has = ({ words }: Block, ...wanted: readonly string[]): boolean =>
  wanted.every((word, index) => words[index] === word);

/** Each `yaml inject` and each `yaml refused` begins one, with all the claims up to the next. */
export function examplesOf(blocks: readonly Block[], start: 'inject' | 'refused'): readonly Example[] {
  const examples: { place: string; given: string; claims: Block[] }[] = [];
  let current: (typeof examples)[number] | undefined;
  for (const block of blocks) {
    if (has(block, 'yaml', 'inject') || has(block, 'yaml', 'refused')) {
      current = has(block, 'yaml', start) ? { place: block.place, given: block.text, claims: [] } : undefined;
      if (current !== undefined) examples.push(current);
    } else if (isMarked(block) && !has(block, 'yaml', 'valid')) current?.claims.push(block);
  }
  return examples;
}
