import type { KnownFacts } from './context.js';
import { type DatasetTypeFacts, datasetTypes } from './enums.js';

/** What is known of what a data set holds; undefined where nothing is, or where its type is none that is known. */
export function kindOf({ datasetType, dataType }: KnownFacts): Partial<DatasetTypeFacts> | undefined {
  const facts = datasetType === undefined ? undefined : datasetTypes.get(datasetType);
  if (facts !== undefined) return facts;
  // A data set made by the kind of its data can do what some type of that kind can.
  const ofKind = [...datasetTypes.values()].filter((one) => one.dataType === dataType);
  if (ofKind.length === 0) return undefined;
  const some = (can: (one: DatasetTypeFacts) => boolean) => ofKind.some(can);
  return {
    dataType: ofKind[0]!.dataType,
    importsFolders: some((one) => one.importsFolders),
    exports: some((one) => one.exports),
  };
}
