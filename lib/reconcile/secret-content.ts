/**
 * @module Has the Secret what the binding needs? Names of entries only: nobody here ever sees a value.
 */
import { type Finding, Reason } from '../api/condition.ts';
import type { Binding } from '../binding/binding.ts';
import { message } from '../message/texts.ts';

/** What is known of the entries of a Secret. */
export type SecretContent =
  /** Cleat may not read it. */
  | { readonly read: false }
  | { readonly read: true; readonly keys: ReadonlySet<string> }
  /** It may be read, and there is no such Secret. */
  | { readonly read: true; readonly keys: undefined };

/** What is projected has to have a `type` (APP-4), and every variable its entry (SB-21); overrides bring their own. */
function missingKeys({ overrides, env }: Binding, keys: ReadonlySet<string>): readonly string[] {
  const overridden = new Set(Object.keys(overrides));
  const needed = new Set(['type', ...env.map(({ key }) => key)]);
  return [...needed].filter((key) => !keys.has(key) && !overridden.has(key));
}

/** Why the binding is not ready because of the Secret's content; undefined if it is, or if nobody could look. */
export function contentFinding(
  binding: Binding,
  secret: string,
  content: SecretContent,
): Finding | undefined {
  if (!content.read) return undefined;
  const data = { namespace: binding.namespace, name: secret };
  const finding = (text: string): Finding => ({
    status: 'False',
    reason: Reason.secretIncomplete,
    message: text,
  });
  if (content.keys === undefined) return finding(message('secretAbsent', data));
  const missing = missingKeys(binding, content.keys);
  if (missing.length === 0) return undefined;
  const variables = binding.env.filter(({ key }) => missing.includes(key)).map(({ name }) => name);
  return finding(
    [
      missing.includes('type') ? message('typeMissing', data) : '',
      variables.length === 0
        ? ''
        : message('keysMissing', {
            ...data,
            keys: missing.filter((key) => binding.env.some((entry) => entry.key === key)).join(', '),
            variables: variables.join(', '),
          }),
    ]
      .filter((text) => text !== '')
      .join('; '),
  );
}

/**
 * The same of a Secret that is made. To applications of the specification an entry `type` tells a binding, and what
 * `spec.env` names has to be there; the Service Binding Operator asks for neither.
 */
export function derivedFinding(
  binding: Binding,
  secret: string,
  keys: ReadonlySet<string>,
): Finding | undefined {
  return binding.reporting === 'operator' ? undefined : contentFinding(binding, secret, { read: true, keys });
}
