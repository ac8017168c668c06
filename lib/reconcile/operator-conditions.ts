/**
 * @module The conditions of the Service Binding Operator's API: its users' tools wait for them by type and reason.
 */
import { type ConditionStatus, ConditionType, type Finding, Reason } from '../api/condition.ts';
import type { Findings } from './conditions.ts';
import type { FailedStage } from '../resolve/derived.ts';

const { collectionReady: COLLECTION, injectionReady: INJECTION, ready: READY } = ConditionType;

/** A condition, and what is to be said in it. */
export type Reported = readonly [type: ConditionType, finding: Finding];

/** What of the collection went wrong. A stage that is not here is no matter of the collection's. */
const COLLECTION_REASONS: Readonly<Partial<Record<FailedStage, string>>> = {
  service: 'ErrorReadingServices',
  definition: 'ErrorReadingCRD',
  binding: 'ErrorReadingBinding',
  secret: 'ErrorReadingSecret',
  annotation: 'InvalidAnnotation',
  value: 'ValueNotFound',
  naming: 'NamingStrategyError',
  type: 'ErrorReadingBinding',
};

const INJECTION_REASONS: ReadonlyMap<string, string> = new Map([
  [Reason.workloadProjected, 'ApplicationUpdated'],
  [Reason.workloadNotFound, 'ApplicationNotFound'],
  [Reason.workloadForbidden, 'ApplicationNotFound'],
  [Reason.workloadUnreachable, 'ApplicationNotFound'],
  [Reason.namespaceExcluded, 'ApplicationNotFound'],
  [Reason.emptyApplication, Reason.emptyApplication],
]);

const found = (status: ConditionStatus, reason: string, message = ''): Finding => ({
  status,
  reason,
  message,
});

const COLLECTED: Reported = [COLLECTION, found('True', 'DataCollected')];

const processing = (message: string): Reported => [READY, found('False', 'ProcessingError', message)];

function ofFailure(stage: FailedStage, { message }: Finding): readonly Reported[] {
  if (stage === 'nothing')
    return [COLLECTED, [INJECTION, found('False', 'NoBindingData', message)], processing(message)];
  if (stage === 'workload')
    return [COLLECTED, [INJECTION, found('False', 'ApplicationNotFound', message)], processing(message)];
  if (stage === 'secret-key') return [COLLECTED, [READY, found('False', 'ErrorPersistingSecret', message)]];
  const reason = COLLECTION_REASONS[stage];
  return reason === undefined
    ? [processing(message)]
    : [[COLLECTION, found('False', reason, message)], processing(message)];
}

function injection({ workload }: Findings): Finding {
  if (workload.reason === Reason.initializing) return found('Unknown', Reason.initializing);
  const reason = INJECTION_REASONS.get(workload.reason) ?? 'Error';
  const isFine = workload.status === 'True';
  // Messages are for what is wrong; the operator's are empty otherwise.
  return found(workload.status, reason, isFine ? '' : workload.message);
}

/** A binding without a workload makes a Secret, and that is all that is asked of it. */
const isBound = ({ status, reason }: Finding): boolean =>
  status === 'True' || reason === Reason.emptyApplication;

function ready({ workload, other }: Findings): Finding {
  if (other !== undefined && other.status !== 'True') return found('False', 'ProcessingError', other.message);
  if (isBound(workload)) return found('True', 'ApplicationsBound');
  if (workload.reason === Reason.initializing) return found('Unknown', Reason.initializing);
  const isRefused = workload.reason === Reason.workloadRefused;
  return found('False', isRefused ? 'ApplicationUpdateError' : 'ProcessingError', workload.message);
}

/** What there is to be said now. Of a condition that is not here, what was said before stays. */
export function operatorConditions(findings: Findings): readonly Reported[] {
  const { service, workload, failed } = findings;
  if (workload.reason === Reason.invalid) return [processing(workload.message)];
  if (failed !== undefined) return ofFailure(failed, service);
  if (service.status !== 'True') {
    const status = service.status === 'Unknown' ? 'Unknown' : 'False';
    const reason = service.reason === Reason.secretPending ? Reason.secretPending : 'ErrorReadingServices';
    const text = service.message;
    return [
      [COLLECTION, found(status, reason, text)],
      status === 'Unknown' ? [READY, found(status, reason, text)] : processing(text),
    ];
  }
  return [COLLECTED, [INJECTION, injection(findings)], [READY, ready(findings)]];
}
