export {
  type CoordinateConvention,
  convertBox,
  convertShape,
  coordinateConventions,
} from './coordinates.js';
export { decimalOf } from './decimal.js';
export { type Diagnostic, type Finding, formatDiagnostic, type Severity } from './diagnostic.js';
export {
  AbortedError,
  DataError,
  type ErrorCode,
  type ErrorDetails,
  LabelkitError,
  OptionError,
  StorageError,
  throwIfAborted,
} from './errors.js';
export { type NameProblem, nameProblem } from './file-name.js';
export { sizeFinding } from './file-sizes.js';
export { flagOf, type ImageAnnotation, type ImageObject, noProperties, rotationOf } from './image.js';
export { isJsonObject, type JsonObject, type JsonValue } from './json.js';
export { paletteColor, parseMaskColor } from './mask-color.js';
export { differenceFinding, type NameDifference, NearNames } from './pairing.js';
export { pairingRules } from './pairing-rules.js';
export { directionOf, rotatedCorners } from './rotated.js';
export { type Mode, type Profile, profiles, type Rule, type RuleSeverity, severityOf } from './rule.js';
export type { Annotation, Sample } from './sample.js';
export { difficultOption, pruneOption, selectionOptions } from './selection-options.js';
export {
  type BndBox,
  type Circle,
  type Dashed,
  type Line,
  type Point,
  type Polygon,
  type Polyline,
  type Shape,
  type ShapeKind,
  shapeKinds,
} from './shape.js';
export { isVocTask, type Medium, mediumOf, type Task, tasks } from './task.js';
