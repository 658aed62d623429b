import { type Annotation, type ImageAnnotation, OptionError, type Sample } from '../../model/index.js';
import type { LabelInstance } from '../instances.js';
import { Compiler } from './compile.js';
import { ExpressionFault, expressionError } from './fault.js';
import type { Scope, ScopeName } from './fields.js';

const longestExpression = 100_000;

/** A compiled expression: whether it is true of a thing. */
export interface Condition {
  /** It looks at objects or sizes of images, which annotation files say. */
  readonly asksFiles: boolean;
  readonly test: (scope: Scope) => boolean;
}

/** As {@link compileWhere}, for other things than samples. @throws OptionError */
export function compileCondition(expression: string, of: ScopeName): Condition {
  if (expression.length > longestExpression)
    throw new OptionError(`an expression of ${expression.length} characters is too long`);
  try {
    const compiler = new Compiler(expression, of);
    const test = compiler.compile();
    return { asksFiles: compiler.asksFiles, test };
  } catch (error) {
    if (error instanceof ExpressionFault) throw expressionError(expression, error);
    throw error;
  }
}

/**
 * Makes an expression, such as `usage == "TRAIN" and any(name in ("car", "bus") and confidence >= 0.5)`, into a test of
 * samples. Objects of annotation files are those in `image` of the annotations. Nothing is evaluated as code, and the time
 * of a regular expression grows in proportion to the text. docs/transforms.md describes the language.
 *
 * @throws OptionError for an expression that is not understood, with the column
 */
export function compileWhere(expression: string): (sample: Sample) => boolean {
  const { test } = compileCondition(expression, 'sample');
  return (sample) => test({ sample, imageOf });
}

function imageOf(annotation: Annotation): ImageAnnotation | undefined {
  return annotation.image;
}

export type { LabelInstance, Scope, ScopeName };
