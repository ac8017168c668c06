/**
 * @module How much work the making of one Secret may be, and when it lets others have a turn. Work is counted in the
 * steps of the template engine, of which one takes a microsecond at most.
 */
import type { Slices } from '../api/slices.ts';
import { executeSliced, type Executed } from '../template/execute.ts';
import type { Limits } from '../template/budget.ts';
import {
  parseTemplateSliced,
  type ParsedTemplate,
  type Template,
  type TemplateOptions,
} from '../template/template.ts';
import type { Data } from '../template/value.ts';
import { fail } from './failure.ts';
import type { GenerationStage } from './generation.ts';
import type { Making } from './reader.ts';

/** After so much work there is a pause: some 20 ms, with the longest single action of a template behind it 70. */
export const stepsPerPause = 20_000;

/** All that one Secret may take, some twenty seconds in slices; a usual one takes less than one slice. */
export const maxSteps = 20_000_000;

/** A slice of a template that is parsed. */
const stepsPerParsing = 5_000;

export class Work {
  #done = 0;
  #sincePause = 0;

  /** Charges work before it is done; `stage` is what fails if it is too much. */
  *spend(steps: number, stage: GenerationStage): Making<void> {
    this.#done += steps;
    this.#sincePause += steps;
    if (this.#done > maxSteps) {
      fail(stage, 'the Secret takes too much work to make: use fewer or simpler templates and annotations');
    }
    if (this.#sincePause <= stepsPerPause) return;
    this.#sincePause = steps;
    yield { demand: 'pause' };
  }

  /** Parses a template, with a pause now and then. */
  *parse(
    source: string,
    { stage, ...options }: TemplateOptions & { readonly stage: GenerationStage },
  ): Making<ParsedTemplate> {
    // For the last slice, which has no pause after it, and most often is the first one.
    yield* this.spend(Math.min(source.length, stepsPerParsing), stage);
    return yield* this.#sliced(parseTemplateSliced(source, options), { steps: stepsPerParsing, stage });
  }

  /** Executes a template whose limits allow for so many steps, with a pause between its slices. */
  *execute(
    template: Template,
    data: Data,
    { limits, stage }: { readonly limits: Limits; readonly stage: GenerationStage },
  ): Making<Executed> {
    yield* this.spend(Math.min(limits.steps, stepsPerPause), stage);
    return yield* this.#sliced(executeSliced(template, data, limits), { steps: stepsPerPause, stage });
  }

  /** `steps` is what each slice takes. */
  *#sliced<T>(
    slices: Slices<T>,
    { steps, stage }: { readonly steps: number; readonly stage: GenerationStage },
  ): Making<T> {
    for (;;) {
      const { done, value } = slices.next();
      if (done === true) return value;
      yield* this.spend(steps, stage);
    }
  }
}
