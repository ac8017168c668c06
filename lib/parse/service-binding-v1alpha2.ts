/**
 * @module `service.binding/v1alpha2` ServiceBinding: unknown -> type.
 */
import { dig, type JsonObject } from '../api/json.ts';
import {
  DRAFT_VERSION,
  type DraftServiceBinding,
  type DraftServiceBindingSpec,
} from '../api/service-binding-v1alpha2.ts';
import { parseBindingName } from './binding-name.ts';
import { type BindingFormat, parseBindingObject } from './binding-object.ts';
import { parseBindingStatus } from './binding-status.ts';
import { parseEnv, parseOverrides } from './entries.ts';
import { type Fields, parsed, type Parsed } from './field.ts';
import { parseMappings } from './mapped-items.ts';
import { parseObjectReference } from './reference.ts';
import { parseExactTarget } from './target.ts';

function parseContainers(fields: Fields): readonly (number | string)[] | undefined {
  const containers = fields.optionalIntegersOrStrings('containers');
  for (const [index, container] of (containers ?? []).entries()) {
    if (typeof container === 'number' && container < 0) {
      fields.fail(`containers[${index}]`, 'must not be negative: it is a place in the list of containers');
    }
  }
  return containers;
}

function parseApplication(fields: Fields): DraftServiceBindingSpec['application'] {
  const target = parseExactTarget(fields);
  const containers = parseContainers(fields);
  return {
    apiVersion: fields.string('apiVersion'),
    kind: fields.string('kind'),
    ...target,
    ...(containers === undefined ? {} : { containers }),
  };
}

function parseSpec(fields: Fields): DraftServiceBindingSpec | undefined {
  const name = parseBindingName(fields);
  const overrides = parseOverrides(fields);
  const service = fields.object('service');
  const application = fields.object('application');
  const mappings = parseMappings(fields);
  const env = parseEnv(fields);
  if (service === undefined || application === undefined) return undefined;
  return {
    ...(name === undefined ? {} : { name }),
    ...overrides,
    service: parseObjectReference(service),
    application: parseApplication(application),
    mappings,
    env,
  };
}

const FORMAT: BindingFormat<DraftServiceBindingSpec> = { versions: new Set([DRAFT_VERSION]), parseSpec };

/** Errors: the fields that are missing, of the wrong type, or that contradict each other (SB-6..9, 11, 17, 20, 24). */
export function parseDraftServiceBinding(object: JsonObject): Parsed<DraftServiceBinding> {
  const source = parseBindingObject(object, FORMAT);
  if (!source.ok) return source;
  return parsed({
    ...source.value,
    status: parseBindingStatus(object, dig(object, 'status', 'binding', 'name')),
  });
}
