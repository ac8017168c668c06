/**
 * @module `servicebinding.io` ServiceBinding: unknown -> type. What the CRD's schema cannot say is checked here too.
 */
import { dig, type JsonObject } from '../api/json.ts';
import { apiVersionOf } from '../api/kinds.ts';
import {
  SERVICE_BINDING_VERSIONS,
  type ServiceBinding,
  type ServiceBindingSpec,
  type ServiceBindingStatus,
} from '../api/service-binding.ts';
import { type FieldError, Fields, parsed, type Parsed } from './field.ts';
import { parseMeta, typeOf } from './meta.ts';
import { parseConditions } from './condition.ts';
import { parseSelector } from './selector.ts';

const VERSIONS: ReadonlySet<string> = new Set(SERVICE_BINDING_VERSIONS);

/** APP-2. `.` and `..` match the specification's pattern but are no directory of their own. */
const BINDING_NAME = /^[a-z0-9.-]{1,253}$/;
/** What the API server takes as the name of an environment variable: printable ASCII but for `=`. */
const ENV_NAME = /^[ -<>-~]+$/;
/** What the API server takes as a Secret's key. */
const SECRET_KEY = /^[A-Za-z0-9._-]{1,253}$/;

const ROOT_VARIABLE = 'SERVICE_BINDING_ROOT';
/** Overrides travel in annotations, which have 256 KiB for all of them; real ones are words. */
const MAX_OVERRIDE = 1024;

function isBindingName(name: string): boolean {
  return BINDING_NAME.test(name) && name !== '.' && name !== '..';
}

function parseWorkload(fields: Fields): ServiceBindingSpec['workload'] {
  const name = fields.optionalString('name') || undefined;
  const selectorFields = fields.optionalObject('selector');
  if (name !== undefined && selectorFields !== undefined) {
    fields.fail('selector', 'must not be set beside name: keep one of them');
  }
  if (name === undefined && selectorFields === undefined) {
    fields.fail('name', 'is required unless selector is set');
  }
  const containers = fields.optionalStrings('containers');
  const selector = selectorFields && parseSelector(selectorFields);
  return {
    apiVersion: fields.string('apiVersion'),
    kind: fields.string('kind'),
    ...(name === undefined ? {} : { name }),
    ...(selector === undefined ? {} : { selector }),
    ...(containers === undefined ? {} : { containers }),
  };
}

function parseEnv(fields: Fields): ServiceBindingSpec['env'] {
  return fields.objects('env').map((entry) => {
    const name = entry.string('name');
    const key = entry.string('key');
    if (name === ROOT_VARIABLE)
      entry.fail('name', 'must not be SERVICE_BINDING_ROOT: it says where bindings are mounted');
    if (name !== '' && !ENV_NAME.test(name)) entry.fail('name', 'must be printable ASCII without `=`');
    if (key !== '' && !SECRET_KEY.test(key)) entry.fail('key', 'is not a key that a Secret can have');
    return { name, key };
  });
}

function parseOverride(fields: Fields, field: 'type' | 'provider'): string | undefined {
  const value = fields.optionalString(field) || undefined;
  if (value !== undefined && value.length > MAX_OVERRIDE) {
    fields.fail(field, `must not be longer than ${MAX_OVERRIDE} characters`);
  }
  return value;
}

type Naming = Pick<ServiceBindingSpec, 'name' | 'type' | 'provider'>;

/** The fields that are left out when they are empty, as the API server may store them either way. */
function parseNaming(fields: Fields): Naming {
  const name = fields.optionalString('name') || undefined;
  if (name !== undefined && !isBindingName(name)) {
    fields.fail(
      'name',
      'must be 1 to 253 of a-z, 0-9, `.` and `-`, and neither `.` nor `..`: it names a directory',
    );
  }
  const type = parseOverride(fields, 'type');
  const provider = parseOverride(fields, 'provider');
  return {
    ...(name === undefined ? {} : { name }),
    ...(type === undefined ? {} : { type }),
    ...(provider === undefined ? {} : { provider }),
  };
}

function parseSpec(fields: Fields): ServiceBindingSpec | undefined {
  const naming = parseNaming(fields);
  const service = fields.object('service');
  const workload = fields.object('workload');
  const env = parseEnv(fields);
  if (service === undefined || workload === undefined) return undefined;
  return {
    ...naming,
    service: {
      apiVersion: service.string('apiVersion'),
      kind: service.string('kind'),
      name: service.string('name'),
    },
    workload: parseWorkload(workload),
    env,
  };
}

/** What of `status` can be read; a broken status is as good as none, since the controller writes it anew. */
function parseStatus(object: JsonObject): ServiceBindingStatus {
  const secretName = dig(object, 'status', 'binding', 'name');
  const observedGeneration = dig(object, 'status', 'observedGeneration');
  return {
    ...(typeof secretName === 'string' && secretName !== '' ? { secretName } : {}),
    ...(typeof observedGeneration === 'number' ? { observedGeneration } : {}),
    conditions: parseConditions(dig(object, 'status', 'conditions')),
  };
}

/**
 * A ServiceBinding of any `servicebinding.io` version (SB-1..9, 11, 12, 19, 20).
 * Errors: the fields that are missing, of the wrong type, or that contradict each other (SB-8, APP-2).
 */
export function parseServiceBinding(object: JsonObject): Parsed<ServiceBinding> {
  const meta = parseMeta(object);
  const errors: FieldError[] = meta.ok ? [] : [...meta.errors];
  const fields = new Fields(object, '', errors).object('spec');
  const spec = fields && parseSpec(fields);
  const type = typeOf(object);
  if (!VERSIONS.has(type.version))
    errors.push({ path: 'apiVersion', message: 'is of a version that Cleat does not know' });
  // As a list, not as arguments: of those a call takes only so many, and entries can be more.
  if (!meta.ok || spec === undefined || errors.length > 0) return { ok: false, errors };
  const apiVersion = apiVersionOf(type);
  return parsed({ apiVersion, metadata: meta.value, spec, status: parseStatus(object) });
}
