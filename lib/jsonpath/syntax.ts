/**
 * @module The syntax tree of client-go's JSONPath (k8s.io/client-go/util/jsonpath, node.go).
 */

/** Where a node starts: a 0-based offset, in UTF-16 code units, into the source that the caller gave. */
interface Placed {
  readonly position: number;
}

/** `.name`, or `['name']`: a key of a map. */
export interface FieldNode extends Placed {
  readonly type: 'field';
  readonly name: string;
}

/** `[0]`, `[1:3]`, `[::2]`, `[*]`: items of a list. What is undefined was left out. */
export interface SliceNode extends Placed {
  readonly type: 'slice';
  readonly start: number | undefined;
  readonly end: number | undefined;
  readonly step: number | undefined;
  /** The end was not written but follows from the start: `[-1]` ends at the end of the list and not before item 0. */
  readonly single: boolean;
}

/** `[?(left operator right)]`; with the operator `exists` the right side is empty. */
export interface FilterNode extends Placed {
  readonly type: 'filter';
  readonly left: ListNode;
  readonly operator: string;
  readonly right: ListNode;
}

/** `['a','b']`, `[0,2]`: the results of each list, one after the other. */
export interface UnionNode extends Placed {
  readonly type: 'union';
  readonly lists: readonly ListNode[];
}

/** `.*`, `..`: all members of a map or list; the value and everything below. */
export interface SpreadNode extends Placed {
  readonly type: 'wildcard' | 'recursive';
}

/** A quoted string inside braces, or what stands between the braces. */
export interface TextNode extends Placed {
  readonly type: 'text';
  readonly text: string;
}

export interface NumberNode extends Placed {
  readonly type: 'number';
  readonly value: number;
  /** Go compares integers only with integers, so that `1.0` is not `1`. */
  readonly float: boolean;
}

export interface BoolNode extends Placed {
  readonly type: 'bool';
  readonly value: boolean;
}

/** A bare word: `range` and `end` have a meaning, everything else fails when it is evaluated. */
export interface IdentifierNode extends Placed {
  readonly type: 'identifier';
  readonly name: string;
}

/** What stands inside one pair of braces, each node applied to the results of the one before. */
export interface ListNode extends Placed {
  readonly type: 'list';
  readonly nodes: readonly StepNode[];
}

export type StepNode =
  | FieldNode
  | SliceNode
  | FilterNode
  | UnionNode
  | SpreadNode
  | TextNode
  | NumberNode
  | BoolNode
  | IdentifierNode;

/** A template is a sequence of texts and expressions in braces. */
export type RootNode = ListNode | TextNode;

/** Why a source is no expression, and the offset at which that shows. */
export interface PathSyntaxError {
  readonly message: string;
  readonly position: number;
}
