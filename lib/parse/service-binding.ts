/**
 * @module `servicebinding.io` ServiceBinding: unknown -> type. What the CRD's schema cannot say is checked here too.
 */
import { dig, type JsonObject } from '../api/json.ts';
import {
  SERVICE_BINDING_VERSIONS,
  type ServiceBinding,
  type ServiceBindingSpec,
} from '../api/service-binding.ts';
import { parseBindingName } from './binding-name.ts';
import { type BindingFormat, parseBindingObject } from './binding-object.ts';
import { parseBindingStatus } from './binding-status.ts';
import { parseEnv, parseOverrides } from './entries.ts';
import { type Fields, parsed, type Parsed } from './field.ts';
import { parseObjectReference } from './reference.ts';
import { parseExactTarget } from './target.ts';

function parseWorkload(fields: Fields): ServiceBindingSpec['workload'] {
  const target = parseExactTarget(fields);
  const containers = fields.optionalStrings('containers');
  return {
    apiVersion: fields.string('apiVersion'),
    kind: fields.string('kind'),
    ...target,
    ...(containers === undefined ? {} : { containers }),
  };
}

function parseSpec(fields: Fields): ServiceBindingSpec | undefined {
  const name = parseBindingName(fields);
  const overrides = parseOverrides(fields);
  const service = fields.object('service');
  const workload = fields.object('workload');
  const env = parseEnv(fields);
  if (service === undefined || workload === undefined) return undefined;
  return {
    ...(name === undefined ? {} : { name }),
    ...overrides,
    service: parseObjectReference(service),
    workload: parseWorkload(workload),
    env,
  };
}

const FORMAT: BindingFormat<ServiceBindingSpec> = { versions: new Set(SERVICE_BINDING_VERSIONS), parseSpec };

/**
 * A ServiceBinding of any `servicebinding.io` version (SB-1..9, 11, 12, 19, 20).
 * Errors: the fields that are missing, of the wrong type, or that contradict each other (SB-8, APP-2).
 */
export function parseServiceBinding(object: JsonObject): Parsed<ServiceBinding> {
  const source = parseBindingObject(object, FORMAT);
  if (!source.ok) return source;
  return parsed({
    ...source.value,
    status: parseBindingStatus(object, dig(object, 'status', 'binding', 'name')),
  });
}
