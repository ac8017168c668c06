/**
 * @module References to objects: by apiVersion and kind, as the specification has them, or by group, version and kind or
 * resource, as the Service Binding Operator has.
 */
import type { ObjectReference, TypeReference } from '../api/reference.ts';
import type { Fields } from './field.ts';

export function parseObjectReference(fields: Fields): ObjectReference {
  return {
    apiVersion: fields.string('apiVersion'),
    kind: fields.string('kind'),
    name: fields.string('name'),
  };
}

/** `required`: whether it has to say which resource it means; where it means none, there is nothing to say. */
export function parseTypeReference(fields: Fields, required: boolean): TypeReference {
  const group = fields.text('group');
  const version = fields.string('version');
  const kind = fields.optionalString('kind') ?? '';
  const resource = fields.optionalString('resource') ?? '';
  if (required && kind === '' && resource === '') fields.fail('kind', 'is required unless resource is set');
  return { group, version, kind, ...(resource === '' ? {} : { resource }) };
}

/** `spec.services`: at least one. */
export function parseServices<Service>(
  fields: Fields,
  parseService: (service: Fields) => Service,
): readonly Service[] {
  const services = fields.objects('services');
  if (services.length === 0) fields.fail('services', 'must hold at least one service');
  return services.map(parseService);
}
