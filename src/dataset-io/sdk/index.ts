export {
  type AnnotationInit,
  ManifestAnnotation as Annotation,
  ManifestSample as Sample,
  type SampleInit,
} from '../../manifest/index.js';
export { Manifest, type ManifestInit, type ParseManifestOptions, type SaveOptions } from './manifest.js';
export {
  type ParseXmlOptions,
  PascalVoc,
  type PascalVocInit,
  type SaveXmlOptions,
  type VocSource,
} from './pascal-voc.js';
export {
  type AnyPosition,
  BndBox,
  Circle,
  Dashed,
  Line,
  Point,
  Polygon,
  Polyline,
  Position,
  PositionType,
} from './position.js';
export {
  getAnnotations,
  getSampleList,
  getSources,
  type ManifestLike,
  type QueryOptions,
  type SampleListQuery,
} from './queries.js';
export type { SaveMode, SdkOptions, SdkSession } from './session.js';
export { VocObject, type VocObjectInit } from './voc-object.js';
