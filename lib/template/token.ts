/**
 * @module A token of a template.
 */

export type TokenType =
  | 'text'
  | 'left delimiter'
  | 'right delimiter'
  | 'space'
  | 'assign'
  | 'declare'
  | 'pipe'
  | 'left parenthesis'
  | 'right parenthesis'
  | 'character'
  | 'bool'
  | 'character constant'
  | 'complex'
  | 'number'
  | 'string'
  | 'raw string'
  | 'dot'
  | 'field'
  | 'variable'
  | 'identifier'
  | 'block'
  | 'break'
  | 'continue'
  | 'define'
  | 'else'
  | 'end'
  | 'if'
  | 'nil'
  | 'range'
  | 'template'
  | 'with'
  | 'end of input'
  | 'error';

export interface Token {
  readonly type: TokenType;
  readonly at: number;
  /** The text of the token; the message of an error. */
  readonly value: string;
}
