/**
 * @module `spec.application` as the Service Binding Operator has it, in both of its APIs.
 */
import type { BindingPath, OperatorApplication } from '../api/service-binding-operator.ts';
import { compilePath } from '../jsonpath/path.ts';
import type { Fields } from './field.ts';
import { parseTypeReference } from './reference.ts';
import { parseTarget } from './target.ts';

/** In the operator's own words: programs compare them. */
const BOTH = 'name and selector MUST NOT be defined in the application reference';

/** Field names joined by dots. */
const SECRET_PATH = /^[^.[\]{}\s]+(?:\.[^.[\]{}\s]+)*$/;
/** What says which object it is, and what its controller or Cleat says of it, is not for a Secret's name. */
const RESERVED: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'status']);

function parseContainersPath(fields: Fields): string | undefined {
  const path = fields.optionalString('containersPath') || undefined;
  if (path === undefined) return undefined;
  // With a dot before it, one at its beginning would make it look everywhere.
  if (path.startsWith('.') || 'error' in compilePath(`.${path}[*]`)) {
    fields.fail(
      'containersPath',
      'must be field names joined by dots, such as spec.template.spec.containers',
    );
  }
  return path;
}

function parseSecretPath(fields: Fields): string | undefined {
  const path = fields.optionalString('secretPath') || undefined;
  if (path === undefined) return undefined;
  if (!SECRET_PATH.test(path)) {
    fields.fail('secretPath', 'must be field names joined by dots, such as spec.secretName');
  } else if (RESERVED.has(path.split('.', 1)[0] ?? '')) {
    fields.fail(
      'secretPath',
      `must not begin with ${[...RESERVED].join(', ')}: a Secret's name has no place there`,
    );
  }
  return path;
}

function parseBindingPath(fields: Fields | undefined): BindingPath {
  const containersPath = fields && parseContainersPath(fields);
  const secretPath = fields && parseSecretPath(fields);
  return {
    ...(containersPath === undefined ? {} : { containersPath }),
    ...(secretPath === undefined ? {} : { secretPath }),
  };
}

/** With neither name nor selector it may leave open which kind it means: none is bound. */
export function parseOperatorApplication(application: Fields, place: Fields): OperatorApplication {
  let isNone = false;
  const target = parseTarget(application, 'labelSelector', ({ name, selector }) => {
    if (name && selector) place.fail('application', BOTH);
    isNone = !name && !selector;
  });
  return {
    ...parseTypeReference(application, !isNone),
    ...target,
    bindingPath: parseBindingPath(application.optionalObject('bindingPath')),
  };
}
