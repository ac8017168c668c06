/**
 * @module `binding.operators.coreos.com/v1alpha1` ServiceBinding: unknown -> type, defaults filled in.
 */
import { dig, type JsonObject } from '../api/json.ts';
import {
  OPERATOR_VERSION,
  type OperatorBinding,
  type OperatorBindingSpec,
  type OperatorService,
} from '../api/service-binding-operator.ts';
import { parseBindingName } from './binding-name.ts';
import { type BindingFormat, parseBindingObject } from './binding-object.ts';
import { parseBindingStatus } from './binding-status.ts';
import { type Fields, parsed, type Parsed } from './field.ts';
import { parseMappings } from './mapped-items.ts';
import { parseOperatorApplication } from './operator-application.ts';
import { parseServices, parseTypeReference } from './reference.ts';

function parseService(fields: Fields): OperatorService {
  const type = parseTypeReference(fields, true);
  const name = fields.string('name');
  const namespace = fields.optionalString('namespace') || undefined;
  const id = fields.optionalString('id') || undefined;
  return {
    ...type,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(id === undefined ? {} : { id }),
  };
}

function parseSpec(fields: Fields): OperatorBindingSpec | undefined {
  const name = parseBindingName(fields);
  const namingStrategy = fields.optionalString('namingStrategy') || undefined;
  const services = parseServices(fields, parseService);
  const application = fields.object('application');
  const mappings = parseMappings(fields);
  const detectBindingResources = fields.optionalBoolean('detectBindingResources') ?? false;
  const bindAsFiles = fields.optionalBoolean('bindAsFiles') ?? true;
  if (application === undefined) return undefined;
  return {
    ...(name === undefined ? {} : { name }),
    ...(namingStrategy === undefined ? {} : { namingStrategy }),
    mappings,
    services,
    application: parseOperatorApplication(application, fields),
    detectBindingResources,
    bindAsFiles,
  };
}

const FORMAT: BindingFormat<OperatorBindingSpec> = { versions: new Set([OPERATOR_VERSION]), parseSpec };

/** Errors: the fields that are missing, of the wrong type, or that contradict each other. */
export function parseOperatorBinding(object: JsonObject): Parsed<OperatorBinding> {
  const source = parseBindingObject(object, FORMAT);
  if (!source.ok) return source;
  return parsed({ ...source.value, status: parseBindingStatus(object, dig(object, 'status', 'secret')) });
}
