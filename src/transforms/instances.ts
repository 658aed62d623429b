import { type Annotation, flagOf, type ImageAnnotation, type ImageObject } from '../model/index.js';

/** One label given: an object of an annotation file, or an annotation that has no such file. */
export interface LabelInstance {
  readonly annotation: Annotation;
  /** Undefined: the annotation itself. */
  readonly object: ImageObject | undefined;
  readonly name: string | undefined;
  /** The object is difficult, or its annotation hard, which covers all its objects. */
  readonly isHard: boolean;
  readonly confidence: number | undefined;
}

/** The label of an annotation: its name, or else what is said in it. */
export function nameOfAnnotation(annotation: Annotation): string | undefined {
  return annotation.name ?? contentOf(annotation);
}

/** `@modelarts:content` of an annotation of speech. */
export function contentOf({ task, property }: Annotation): string | undefined {
  if (task !== 'audio_content' && task !== 'audio_segmentation') return undefined;
  const content = property?.['@modelarts:content'];
  return typeof content === 'string' ? content : undefined;
}

/** The annotation as a label of its own. */
export function ownInstance(annotation: Annotation): LabelInstance {
  return {
    annotation,
    object: undefined,
    name: nameOfAnnotation(annotation),
    isHard: annotation.hard === true,
    confidence: annotation.confidence,
  };
}

/** The objects of the annotation's file; an annotation without a file is the only one itself. */
export function instancesOf(annotation: Annotation, image: ImageAnnotation | undefined): LabelInstance[] {
  if (image === undefined) return [ownInstance(annotation)];
  return image.objects.map((object) => ({
    annotation,
    object,
    name: object.name,
    isHard: annotation.hard === true || flagOf(object.difficult) === true,
    confidence: object.confidence ?? annotation.confidence,
  }));
}
