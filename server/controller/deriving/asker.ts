/**
 * @module Who asked for a binding: whoever the admission of its spec was sealed for.
 */
import { dig } from '../../../lib/api/json.ts';
import { OPERATOR_SERVICE_BINDING } from '../../../lib/api/kinds.ts';
import { SEAL_ANNOTATION } from '../../../lib/api/requester.ts';
import { verifyRequester } from '../../../lib/requester/verify.ts';
import { TransportError } from '../../kube/errors.ts';
import type { Sealing } from '../../requester/sealing.ts';
import type { BindingRecord } from '../bindings.ts';
import type { ObjectClient } from '../object-client.ts';
import type { Asker } from './source-reader.ts';

const PLURAL = 'servicebindings';

/**
 * The object is read anew: the seal is over all of its spec, which is not cached. Throws what passes by itself, and
 * while the key is not there: then nobody can say whether the requester is known.
 */
export async function askerOf(
  { type, namespace, name, uid, generation }: BindingRecord,
  client: Pick<ObjectClient, 'get'>,
  sealing: Pick<Sealing, 'verifying' | 'doubt'> | undefined,
): Promise<Asker> {
  if (type.group !== OPERATOR_SERVICE_BINDING.group) return 'unchecked';
  if (sealing === undefined) return 'unknown';
  const resource = { group: type.group, version: type.version, plural: PLURAL };
  const object = await client.get({ resource, namespace, name });
  const isSame =
    dig(object, 'metadata', 'uid') === uid && dig(object, 'metadata', 'generation') === generation;
  if (!isSame) throw new TransportError('unsettled', 'the binding has changed since');
  if (dig(object, 'metadata', 'annotations', SEAL_ANNOTATION) === undefined) return 'unknown';
  // After the object was read: its seal holds if it could not have been stored without being stamped.
  const current = await sealing.verifying();
  if (current === undefined) return 'unknown';
  if ('problem' in current) throw new TransportError('unsettled', current.problem);
  const requester = verifyRequester(object, current.key);
  if (requester === undefined) sealing.doubt();
  return requester ?? 'unknown';
}
