/**
 * @module The namespaces, for what of them decides whether Cleat acts there.
 */
import { dig, type JsonObject, textOf } from '../../lib/api/json.ts';
import { type NamespaceStanding, namespaceStanding } from '../../lib/resolve/namespaces.ts';

export class Namespaces {
  readonly #own: string;
  readonly #standings = new Map<string, NamespaceStanding>();

  /** `own` is the namespace that Cleat runs in. */
  constructor(own: string) {
    this.#own = own;
  }

  standing(name: string): NamespaceStanding {
    return this.#standings.get(name) ?? namespaceStanding(name, undefined, this.#own);
  }

  /** True if its standing changed, or is known only now. */
  observe(object: JsonObject): boolean {
    const name = textOf(dig(object, 'metadata', 'name'));
    const standing = namespaceStanding(name, object, this.#own);
    const isNew = this.standing(name) !== standing;
    this.#standings.set(name, standing);
    return isNew;
  }

  remove(name: string): void {
    this.#standings.delete(name);
  }
}
