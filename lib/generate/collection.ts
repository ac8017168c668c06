/**
 * @module The items that services give, in the order in which they are collected: a later one of the same name wins.
 */
import type { BindAs } from '../binding/binding.ts';
import { fail, quoted } from './failure.ts';
import type { Service } from './service.ts';
import { utf8 } from './utf8.ts';

export interface Item {
  /** What the service calls it. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly service: Service;
  /** What gives it: two of one service and one rank that share a name are a mistake, others are an override. */
  readonly rank: string;
  /** Which annotation, or which object, gives it. */
  readonly key: string;
  readonly bindAs: BindAs | undefined;
  /** Its name is made of values, which messages must not tell. */
  readonly isHidden: boolean;
}

/** An item, as messages name it. */
export function describeItem({ name, isHidden, key }: Item): string {
  return isHidden ? `an item of the annotation ${key}` : `the item ${quoted(name)}`;
}

/** All of an item but what it is. */
export type From = Omit<Item, 'name' | 'bytes'>;

/** What a Secret can hold, and with it any sensible set of items. */
export const maxBytes = 1024 * 1024;
export const maxItems = 5000;

/** Items that others replace count as well. */
const maxCollectedBytes = 4 * maxBytes;

export class Collection {
  readonly #items: Item[] = [];
  #bytes = 0;
  #weighed = 0;

  get items(): readonly Item[] {
    return this.#items;
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#bytes += item.bytes.length;
    const { title } = item.service;
    if (this.#items.length > maxItems)
      fail('secret-key', `${title} gives more than ${maxItems} items; bind less of it`);
    if (this.#bytes > maxCollectedBytes) {
      fail('secret-key', `${title} gives more than a Secret can hold (1 MiB); bind less of it`);
    }
  }

  /** The work on what was added since it was last asked for, in steps. */
  weigh(): number {
    const weight = this.#items.length * 8 + (this.#bytes >> 6);
    const added = weight - this.#weighed;
    this.#weighed = weight;
    return added;
  }

  /** Puts those from an index on into another order. */
  arrange(from: number, compare: (a: Item, b: Item) => number): void {
    this.#items.push(...this.#items.splice(from).sort(compare));
  }

  addAll(entries: Iterable<readonly [string, Uint8Array]>, from: From): void {
    for (const [name, bytes] of entries) this.add({ ...from, name, bytes });
  }

  addText(name: string, text: string, from: From): void {
    this.add({ ...from, name, bytes: utf8(text) });
  }
}
