/**
 * @module What the controller writes on ServiceBindings: its finalizer, and the status.
 */
import type { PatchOperation } from '../../lib/api/admission.ts';
import type { JsonObject } from '../../lib/api/json.ts';
import { OPERATOR_FINALIZER } from '../../lib/binding/succession.ts';
import type { BindingRecord, Bindings } from './bindings.ts';
import type { ObjectClient, ObjectPlace } from './object-client.ts';

/** servicebinding/runtime's, so that bindings that it held are released by Cleat, and the other way round. */
export const FINALIZER = 'servicebinding.io/finalizer';

const FINALIZERS = '/metadata/finalizers';

const isOurs = (finalizer: string): boolean => finalizer === FINALIZER || finalizer === OPERATOR_FINALIZER;

/** Either holds it as well as the other. */
export const isHeld = ({ finalizers }: BindingRecord): boolean => finalizers.some(isOurs);

export class BindingWriter {
  readonly #client: ObjectClient;
  readonly #bindings: Bindings;

  constructor(client: ObjectClient, bindings: Bindings) {
    this.#client = client;
    this.#bindings = bindings;
  }

  /** All of them throw as {@link ObjectClient.patch} does, and return the record as it is then. */
  async hold(record: BindingRecord): Promise<BindingRecord> {
    const operation: PatchOperation =
      record.finalizers.length === 0
        ? { op: 'add', path: FINALIZERS, value: [FINALIZER] }
        : { op: 'add', path: `${FINALIZERS}/-`, value: FINALIZER };
    return await this.#patch(record, [operation]);
  }

  async release(record: BindingRecord): Promise<BindingRecord> {
    const rest = record.finalizers.filter((finalizer) => !isOurs(finalizer));
    const operation: PatchOperation =
      rest.length === 0
        ? { op: 'remove', path: FINALIZERS }
        : { op: 'replace', path: FINALIZERS, value: rest };
    return await this.#patch(record, [operation]);
  }

  async writeStatus(record: BindingRecord, status: JsonObject): Promise<BindingRecord> {
    return await this.#patch(record, [{ op: 'add', path: '/status', value: status }], 'status');
  }

  async #patch(
    record: BindingRecord,
    operations: readonly PatchOperation[],
    subresource?: 'status',
  ): Promise<BindingRecord> {
    const { namespace, name, type, resourceVersion } = record;
    const resource = { group: type.group, version: type.version, plural: 'servicebindings' };
    const place: ObjectPlace =
      subresource === undefined ? { resource, namespace, name } : { resource, namespace, name, subresource };
    const answer = await this.#client.patch(place, operations, resourceVersion);
    return this.#bindings.written(answer) ?? record;
  }
}
