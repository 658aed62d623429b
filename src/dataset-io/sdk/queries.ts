import {
  getAnnotations as annotationsIn,
  getSampleList as listSamples,
  getSources as listSources,
  type ManifestAnnotation,
  type ManifestSample,
  type SampleList,
  type SampleListOptions,
} from '../../manifest/index.js';
import type { Diagnostic, Mode } from '../../model/index.js';
import { readManifest } from '../manifest-io.js';
import { Manifest } from './manifest.js';
import type { SdkOptions } from './session.js';

/** What can be asked: a manifest's path, one that was read, or its samples. */
export type ManifestLike = string | Manifest | Iterable<ManifestSample> | AsyncIterable<ManifestSample>;

/** What the queries over a manifest can be told. */
export interface QueryOptions extends SdkOptions {
  /** Of the file at a path; default `utf-8`. */
  readonly encoding?: string | undefined;
  /** `strict` throws at the first fault; `lenient` (default) reports it and goes on. */
  readonly mode?: Mode | undefined;
  /** Called for each finding. */
  readonly onDiagnostic?: ((diagnostic: Diagnostic) => void) | undefined;
}

/** Which samples {@link getSampleList} gives. */
export interface SampleListQuery extends QueryOptions, Omit<SampleListOptions, 'mode' | 'onDiagnostic'> {}

function samplesOf(
  manifest: ManifestLike,
  { session, encoding, mode = 'lenient', onDiagnostic, signal }: QueryOptions,
): Iterable<ManifestSample> | AsyncIterable<ManifestSample> {
  if (manifest instanceof Manifest) return manifest.samples;
  if (typeof manifest !== 'string') return manifest;
  return readManifest(manifest, { encoding, mode, onDiagnostic, signal, session });
}

/**
 * The samples that have labels of a task, each with its labels as texts, and whether any has several.
 *
 * @param taskType `image_classification`, or with a provider, `modelarts/image_classification`
 * @throws OptionError for an unknown task, before anything is read; StorageError; DataError in strict mode
 */
export async function getSampleList(
  manifest: ManifestLike,
  taskType: string,
  options: SampleListQuery = {},
): Promise<SampleList> {
  const { exactlyMatchType, usage, mode, onDiagnostic } = options;
  return await listSamples(samplesOf(manifest, options), taskType, {
    ...(exactlyMatchType === undefined ? {} : { exactlyMatchType }),
    ...(usage === undefined ? {} : { usage }),
    ...(mode === undefined ? {} : { mode }),
    ...(onDiagnostic === undefined ? {} : { onDiagnostic }),
  });
}

/** The sources of all samples of a source type (`carbondata`), in any letter case, in file order. */
export async function getSources(
  manifest: ManifestLike,
  sourceType: string,
  options: QueryOptions = {},
): Promise<string[]> {
  return await listSources(samplesOf(manifest, options), sourceType);
}

/**
 * The annotations of a sample's JSON text, or of all samples of a manifest, in order.
 *
 * @param manifest a text that begins with `{` is a sample's JSON; write a path of that kind with `./` before it
 * @throws DataError when the text is not JSON; StorageError
 */
export async function getAnnotations(
  manifest: ManifestLike,
  options: QueryOptions = {},
): Promise<readonly ManifestAnnotation[]> {
  if (typeof manifest === 'string' && /^\s*\{/.test(manifest)) return annotationsIn(manifest);
  const annotations: ManifestAnnotation[] = [];
  for await (const sample of samplesOf(manifest, options)) annotations.push(...sample.annotations);
  return annotations;
}
