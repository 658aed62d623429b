export { trimBlanks } from './blanks.js';
export { type ByteOrderMark, byteOrderMark } from './byte-order-mark.js';
export { type Encoding, parseEncoding } from './encoding.js';
export { FingerprintTable, type FingerprintTableOptions } from './fingerprint-table.js';
export { hashBytes, hashString, hashView } from './hash.js';
export { explainJsonError, type JsonExplanation } from './json-fault.js';
export { hasDuplicateKeys } from './json-keys.js';
export { escapePointer, parsePointer } from './json-pointer.js';
export { JsonSink } from './json-sink.js';
export {
  type DuplicateKey,
  duplicateKeys,
  elementsAt,
  type JsonSpan,
  jsonDepth,
  locateJson,
  type MemberSpan,
  maxJsonDepth,
  memberSpans,
} from './json-spans.js';
export { type JsonEdit, spliceJson } from './json-splice.js';
export { stringifyJson } from './json-write.js';
export type { ContainerFacts, LineBatch, LineProblem } from './line-batch.js';
export { linePieces } from './line-pieces.js';
export { defaultMaxLineBytes, LineSplitter, type LineSplitterOptions, lineBatches } from './lines.js';
export { NumberTable } from './number-table.js';
export { type LineColumn, lineColumn, utf8Offset } from './positions.js';
export { firstInvalidUtf8 } from './utf8.js';
