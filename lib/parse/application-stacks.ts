/**
 * @module `operators.coreos.com/v1alpha1` ServiceBinding: unknown -> type.
 */
import {
  APPLICATION_STACKS_VERSION,
  type DataMapping,
  type ItemPlace,
  type StacksBinding,
  type StacksBindingSpec,
  type StacksService,
} from '../api/application-stacks.ts';
import { dig, type JsonObject, textOf } from '../api/json.ts';
import { parseBindingKeys } from './binding-keys.ts';
import { type BindingFormat, parseBindingObject } from './binding-object.ts';
import { parseBindingStatus } from './binding-status.ts';
import { parseKey } from './entries.ts';
import { type Fields, parsed, type Parsed } from './field.ts';
import { limitTemplates, parseMappedItem } from './mapped-items.ts';
import { parseOperatorApplication } from './operator-application.ts';
import { parseServices, parseTypeReference } from './reference.ts';

/** It begins a Secret's key, so that no more than these can be in it; the longest key has 253. */
const PREFIX = /^[A-Za-z0-9._-]{1,200}$/;
/** Directories below the root, with what a mount path and a file system take, and short enough for both. */
const MOUNT_PATH_PREFIX = /^\/*[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*\/*$/;
const MAX_MOUNT_PATH_PREFIX = 512;

function parsePrefix(fields: Fields): string | undefined {
  const prefix = fields.optionalString('envVarPrefix') || undefined;
  if (prefix !== undefined && !PREFIX.test(prefix)) {
    fields.fail(
      'envVarPrefix',
      'must be 1 to 200 letters, digits, `.`, `_` and `-`: it begins names of variables',
    );
  }
  return prefix;
}

/** Without slashes around it. */
function parseMountPathPrefix(fields: Fields): string | undefined {
  const prefix = fields.optionalString('mountPathPrefix') || undefined;
  if (prefix === undefined) return undefined;
  const trimmed = prefix.slice(0, MAX_MOUNT_PATH_PREFIX + 1).replace(/^\/+|\/+$/g, '');
  const isPlain =
    prefix.length <= MAX_MOUNT_PATH_PREFIX &&
    MOUNT_PATH_PREFIX.test(prefix) &&
    !trimmed.split('/').some((part) => part === '.' || part === '..');
  if (!isPlain) {
    fields.fail(
      'mountPathPrefix',
      'must be a directory, such as platform, of letters, digits, `.`, `_`, `-` and `/`',
    );
  }
  return trimmed;
}

function parseItemPlace(fields: Fields): ItemPlace | undefined {
  const bindAs = fields.optionalString('bindAs') || undefined;
  if (bindAs === undefined || bindAs === 'envVar' || bindAs === 'volume') return bindAs;
  fields.fail('bindAs', 'must be envVar or volume');
  return undefined;
}

/** `resourceRef` is the text's word, `name` that of the Service Binding Operator 0.3. */
function parseServiceName(fields: Fields): string {
  const reference = fields.optionalString('resourceRef') || undefined;
  const name = fields.optionalString('name') || undefined;
  if (name === undefined && reference === undefined)
    fields.fail('name', 'is required unless resourceRef is set');
  if (name !== undefined && reference !== undefined && name !== reference) {
    fields.fail('resourceRef', 'must not name another object than name does: keep one of them');
  }
  return name ?? reference ?? '';
}

/** Nobody's rights are looked at in this API, so that a reference out of the namespace is not followed. */
function checkNamespace(fields: Fields, own: string): void {
  const namespace = fields.optionalString('namespace') || undefined;
  // The API server may ask before it has filled in the binding's.
  if (namespace !== undefined && own !== '' && namespace !== own) {
    fields.fail(
      'namespace',
      "must be the binding's own: services of other namespaces can be bound by a ServiceBinding of binding.operators.coreos.com",
    );
  }
}

function parseService(fields: Fields, namespace: string): StacksService {
  const type = parseTypeReference(fields, true);
  const name = parseServiceName(fields);
  checkNamespace(fields, namespace);
  const id = fields.optionalString('id') || undefined;
  const envVarPrefix = parsePrefix(fields);
  const mountPathPrefix = parseMountPathPrefix(fields);
  return {
    ...type,
    name,
    ...(id === undefined ? {} : { id }),
    ...(envVarPrefix === undefined ? {} : { envVarPrefix }),
    ...(mountPathPrefix === undefined ? {} : { mountPathPrefix }),
  };
}

function parseDataMapping(fields: Fields): DataMapping {
  const bindAs = parseItemPlace(fields);
  return { ...parseMappedItem(fields), ...(bindAs === undefined ? {} : { bindAs }) };
}

/** An EnvVar of core/v1; its value is a template. */
function parseCustomVariable(fields: Fields): DataMapping {
  if (fields.optionalObject('valueFrom') !== undefined) {
    fields.fail(
      'valueFrom',
      'is not supported: set value, a template that can name the entries of the services',
    );
  }
  return { name: parseKey(fields, 'name'), value: fields.optionalString('value') ?? '', bindAs: 'envVar' };
}

/** Where two have one name, the later wins: the text's own words last. */
function parseDataMappings(fields: Fields): readonly DataMapping[] {
  const items = [
    ...fields.objects('customEnvVar').map(parseCustomVariable),
    ...fields.objects('dataMapping').map(parseDataMapping),
    ...fields.objects('dataMappings').map(parseDataMapping),
  ];
  limitTemplates(fields, 'dataMappings', items);
  return items;
}

function parseSpec(fields: Fields, namespace: string): StacksBindingSpec {
  const services = parseServices(fields, (service) => parseService(service, namespace));
  const application = fields.optionalObject('application');
  const envVarPrefix = parsePrefix(fields);
  const mountPathPrefix = parseMountPathPrefix(fields);
  const bindAs = parseItemPlace(fields);
  return {
    services,
    ...(application === undefined ? {} : { application: parseOperatorApplication(application, fields) }),
    detectBindingResources: fields.optionalBoolean('detectBindingResources') ?? false,
    ...(envVarPrefix === undefined ? {} : { envVarPrefix }),
    ...(mountPathPrefix === undefined ? {} : { mountPathPrefix }),
    ...(bindAs === undefined ? {} : { bindAs }),
    mappings: parseDataMappings(fields),
  };
}

const VERSIONS: ReadonlySet<string> = new Set([APPLICATION_STACKS_VERSION]);

/** Errors: the fields that are missing, of the wrong type, that contradict each other, or that nobody honours. */
export function parseStacksBinding(object: JsonObject): Parsed<StacksBinding> {
  const namespace = textOf(dig(object, 'metadata', 'namespace'));
  const format: BindingFormat<StacksBindingSpec> = {
    versions: VERSIONS,
    parseSpec: (fields) => parseSpec(fields, namespace),
  };
  const source = parseBindingObject(object, format);
  if (!source.ok) return source;
  const bindingKeys = parseBindingKeys(dig(object, 'status', 'bindingKeys'));
  const status = parseBindingStatus(object, dig(object, 'status', 'secret'));
  return parsed({
    ...source.value,
    status: { ...status, ...(bindingKeys === undefined ? {} : { bindingKeys }) },
  });
}
