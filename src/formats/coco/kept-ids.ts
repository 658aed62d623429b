import type { Diagnostic, ImageObject } from '../../model/index.js';
import type { WriteRow } from '../contract.js';
import { placeOf } from '../shared/place.js';
import { SeenIds } from './seen-ids.js';

/** Properties of objects that ids are kept in. */
export const annotationIdProperty = 'coco_id';
export const categoryIdProperty = 'coco_category_id';

/** What becomes an annotation, as far as its ids are concerned. */
interface Identified {
  readonly label: string;
  /** Undefined: it is of the whole image, and has no place for ids. */
  readonly object?: ImageObject | undefined;
}

/** Ids that were read with the data, and are written again. Memory as for {@link SeenIds}. */
export class KeptIds {
  /** Of the row that was taken last. */
  image = 0;
  /** By label. */
  readonly categories = new Map<string, number>();
  readonly #labels = new Map<number, string>();
  readonly #images = new SeenIds();
  readonly #annotations = new SeenIds();

  /** Takes the ids of a row. @returns N150 for the first that is none, or that something else has */
  take(row: WriteRow, elements: readonly Identified[]): Diagnostic | undefined {
    const { id: given } = row.sample;
    const image = wholeNumber(given);
    if (image === undefined)
      return idFault(row, `the id of the image is ${JSON.stringify(given ?? null)}, no whole number`);
    for (const element of elements) {
      const id = annotationIdOf(element);
      const category = wholeNumber(element.object?.properties.get(categoryIdProperty));
      if (id === undefined || category === undefined) {
        const missing = id === undefined ? annotationIdProperty : categoryIdProperty;
        return idFault(row, `a label ${JSON.stringify(element.label)} has no whole number as ${missing}`);
      }
      const known = this.categories.get(element.label) ?? category;
      if (known !== category)
        return idFault(row, `the category ${element.label} has the ids ${known} and ${category}`);
      const label = this.#labels.get(category) ?? element.label;
      if (label !== element.label)
        return idFault(row, `the category id ${category} is that of ${label} and of ${element.label}`);
      this.categories.set(label, category);
      this.#labels.set(category, label);
      if (this.#annotations.add(id)) return idFault(row, `the annotation id ${id} occurs twice`);
    }
    if (this.#images.add(image)) return idFault(row, `the image id ${image} occurs twice`);
    this.image = image;
    return undefined;
  }
}

/** The id that an annotation had. */
export function annotationIdOf({ object }: Identified): number | undefined {
  return wholeNumber(object?.properties.get(annotationIdProperty));
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined;
}

function idFault(row: WriteRow, message: string): Diagnostic {
  return {
    rule: 'N150',
    severity: 'error',
    message,
    hint: 'Read the COCO file with --from-option ids=keep, or leave --to-option ids=keep out: ids then count from 1.',
    ...placeOf(row),
  };
}
