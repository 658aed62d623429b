export { type NameProblem, nameProblem } from '../../model/index.js';
export { compareUtf8 } from './byte-order.js';
export { type ContainedPathOptions, containedPath } from './contained-path.js';
export { type CopyResult, copyFile, type Place, sameContent } from './copy-file.js';
export { DiscardStorage } from './discard.js';
export { GatheredWrites } from './gathered-writes.js';
export { ioError } from './io-error.js';
export { LocalStorage, type LocalStorageOptions } from './local.js';
export { MemoryStorage } from './memory.js';
export { failAfter } from './pour.js';
export { type Piece, Spool } from './spool.js';
export {
  type AppendOptions,
  type AppendResult,
  createReadBuffer,
  entryBatches,
  type FileChange,
  type LinkKind,
  type LinkOptions,
  type ListOptions,
  Loan,
  type ReadBuffer,
  type ReadOptions,
  type Storage,
  type StorageEntry,
  type StorageOptions,
  type StorageStat,
  type StorageWriter,
  type SyncFile,
  type SyncTarget,
  type UpdateOptions,
  type WriteMode,
  type WriteOptions,
} from './storage.js';
export { openTree, type TreeMode, type TreeOptions, type TreeWriter } from './tree.js';
export { TreeStorage } from './tree-storage.js';
export {
  baseName,
  dirOf,
  joinerOf,
  joinLocation,
  type Location,
  parseLocation,
  type ResolveOptions,
  relativeReference,
  requireObject,
  resolveReference,
  stemOf,
} from './uri.js';
