import type { ExampleFiles, ExampleRun } from './example.js';

const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

/** Lines of a manifest, validated. */
export function lines(
  broken: string | readonly string[],
  fixed: string | readonly string[],
  options = '',
  files: ExampleFiles = {},
): ExampleRun {
  return {
    command: `labelkit validate data.manifest${options === '' ? '' : ` ${options}`}`,
    broken: { ...files, 'data.manifest': text([broken].flat()) },
    fixed: { ...files, 'data.manifest': text([fixed].flat()) },
  };
}

const sample = (source: string, more: string, annotations: readonly string[]) =>
  `{"source":"${source}","usage":"TRAIN"${more},"annotation":[${annotations.join(',')}]}`;

/** The line of a picture that has labels, so that nothing but its members can be wrong. */
export const picture = (...annotations: readonly string[]) => sample('obs://bucket/1.jpg', '', annotations);

/** The line of a picture with further members of the sample. */
export const pictureWith = (members: string) => `{"source":"obs://bucket/1.jpg",${members}}`;

/** A label of a picture, with further members. */
export const label = (name: string, members = '') =>
  `{"type":"modelarts/image_classification","name":"${name}"${members === '' ? '' : `,${members}`}}`;

/** The line of a text that has labels. */
export const textLine = (content: string, ...annotations: readonly string[]) =>
  sample(`content://${content}`, '', annotations);

/** An entity from one offset to another; offsets as they stand in the line. */
export const entity = (name: string, from: string, to: string, id = '') =>
  `{"type":"modelarts/text_entity","name":"${name}"${id === '' ? '' : `,"id":"${id}"`},"property":{"@modelarts:start_index":${from},"@modelarts:end_index":${to}}}`;

/** A relation between two entities. */
export const relation = (id: string, from: string, to: string, more = '') =>
  `{"type":"modelarts/text_triplet","name":"leads","id":"${id}","property":{"@modelarts:from":"${from}","@modelarts:to":"${to}"${more}}}`;

/** The line of a recording that has labels. */
export const recording = (...annotations: readonly string[]) => sample('obs://bucket/1.wav', '', annotations);

/** What one speaker says, and when. */
export const segment = (speaker: string, from: string, to: string) =>
  `{"type":"modelarts/audio_segmentation","property":{"@modelarts:start_time":"${from}","@modelarts:end_time":"${to}","@modelarts:source":"${speaker}","@modelarts:content":"hello"}}`;

/** The line of a frame of a video, with the properties that say where it was taken. */
export const frame = (property: string, annotation: string) =>
  `{"source":"obs://bucket/frame.jpg","usage":"TRAIN","property":{${property}},"annotation":[${annotation}]}`;

/** An annotation whose objects are in a file. */
export const boxes = (loc: string, members = '') =>
  `{"type":"modelarts/object_detection","annotation-loc":"${loc}"${members === '' ? '' : `,${members}`}}`;
