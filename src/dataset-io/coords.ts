import type { CoordinateConvention } from '../model/index.js';
import {
  addCoordinateEvidence,
  type CoordinateGuess,
  convertCoordinates,
  guessCoordinates,
  noCoordinateEvidence,
} from '../transforms/index.js';
import { encodeVoc } from '../voc/index.js';
import { type OpenDatasetOptions, openDataset } from './open.js';
import type { Stage, StageBatch } from './stage.js';
import { documentOf, hasDocuments } from './stage-documents.js';

/** Writes the numbers of annotation files in another convention. Everything else in them stays as it is. */
export class CoordinateStage implements Stage {
  constructor(
    private readonly from: CoordinateConvention,
    private readonly to: CoordinateConvention,
  ) {}

  async apply(batch: StageBatch): Promise<void> {
    for (let row = 0; row < batch.rowCount; row++) {
      if (!hasDocuments(batch.row(row))) continue;
      const { files, faults } = await batch.joined(row);
      if (files === undefined) {
        await batch.refuse(row, faults);
        continue;
      }
      for (const file of files) {
        const document = documentOf(file);
        const converted = convertCoordinates(document, this.from, this.to);
        if (converted !== document) batch.setDocument(row, file.index, encodeVoc(converted));
      }
    }
  }
}

/**
 * Looks at where the boxes of a data set touch the edges of their images, and says which coordinate convention that
 * shows. Files that cannot be read are left out of it. Nothing is changed.
 *
 * @throws OptionError for bad use, StorageError when the input cannot be read, AbortedError when the signal fires
 */
export async function detectCoordinates(
  input: string,
  options: Omit<OpenDatasetOptions, 'join' | 'mode'> = {},
): Promise<CoordinateGuess> {
  const counts = { ...noCoordinateEvidence };
  const dataset = await openDataset(input, { ...options, join: true });
  for await (const rows of dataset.batches()) {
    for (const { images } of rows) for (const image of images.values()) addCoordinateEvidence(counts, image);
  }
  return guessCoordinates(counts);
}
