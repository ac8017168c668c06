/**
 * @module What came of making a binding's Secret, as everybody else looks at it.
 */
import { type Finding, Reason } from '../api/condition.ts';
import type { Binding } from '../binding/binding.ts';
import type { Generated, GenerationFailure, GenerationStage } from '../generate/generation.ts';
import { message } from '../message/texts.ts';
import type { SecretResolution } from './secret.ts';

/** In the words of the specification's conditions. */
function reasonOf({ stage, cause }: GenerationFailure): string {
  if (cause === 'absent') return Reason.serviceNotFound;
  // What cannot be written is no matter of the service's.
  if (cause === 'denied' && stage !== 'secret-key') return Reason.serviceForbidden;
  return stage === 'type' ? Reason.secretIncomplete : Reason.secretFailed;
}

function failed(failure: GenerationFailure): SecretResolution {
  const finding: Finding = { status: 'False', reason: reasonOf(failure), message: failure.message };
  return { secret: undefined, finding, failed: failure.stage, isSilentlyMended: failure.cause === 'denied' };
}

/** Also that there was nothing to collect, and that the requester may not change the workload: no failures of making it. */
export type FailedStage = GenerationStage | 'nothing' | 'workload';

/** The names of the Secret's entries; undefined where there is none. */
export function entriesOf(generated: Generated): ReadonlySet<string> | undefined {
  if (generated.outcome === 'make') return new Set(generated.data.keys());
  return generated.outcome === 'reuse' ? generated.entries : undefined;
}

export function derivedResolution(
  { services }: Pick<Binding, 'services'>,
  generated: Generated,
): SecretResolution {
  switch (generated.outcome) {
    case 'failed':
      return failed(generated.failure);
    case 'nothing': {
      const names = services.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`).join(', ');
      const text = message('nothingCollected', { services: names });
      return {
        secret: undefined,
        finding: { status: 'False', reason: Reason.secretFailed, message: text },
        failed: 'nothing',
      };
    }
    case 'reuse':
    case 'make': {
      const { name, keys } = generated;
      return {
        // Only where items go one by one are there any.
        secret: keys.length === 0 ? { name } : { name, keys },
        finding: { status: 'True', reason: Reason.resolvedBindingSecret, message: '' },
      };
    }
  }
}
