import type { FormatInfo, FormatValues } from '../formats/index.js';
import { OptionError, type Task, tasks } from '../model/index.js';
import { escapePointer, explainJsonError, lineColumn, locateJson } from '../text/index.js';
import type { DatasetOptions } from './dataset-options.js';
import { findFormat } from './find-format.js';
import { readText } from './read-bytes.js';
import { storageOf } from './storages.js';

/** For calls that can be told of their input as the platform's import is told. */
export interface AnnotationConfigOption {
  /**
   * A JSON file with an `annotation_config` of the platform: it chooses the format of the input and says which samples are
   * read. What it says cannot be said in `from` or `fromOptions` otherwise.
   */
  readonly annotationConfig?: string | undefined;
}

interface PlatformFormat {
  readonly id: string;
  /** The type of data sets that it is imported into. */
  readonly datasetType: number;
  readonly scenes: readonly string[];
}

/** Formats by their names on the platform. */
const formatNames: ReadonlyMap<string, PlatformFormat> = new Map([
  ['ModelArts imageNet 1.0', { id: 'imagenet', datasetType: 0, scenes: ['image_classification'] }],
  [
    'ModelArts image classification 1.0',
    { id: 'image-classification', datasetType: 0, scenes: ['image_classification'] },
  ],
  ['ModelArts PASCAL VOC 1.0', { id: 'voc', datasetType: 1, scenes: ['object_detection'] }],
  ['YOLO', { id: 'yolo', datasetType: 1, scenes: ['object_detection'] }],
  [
    'ModelArts image segmentation 1.0',
    { id: 'image-segmentation', datasetType: 3, scenes: ['image_segmentation', 'object_detection'] },
  ],
  [
    'ModelArts text classification 1.0',
    { id: 'text-classification', datasetType: 100, scenes: ['text_classification'] },
  ],
  [
    'ModelArts text classification combine 1.0',
    { id: 'text-classification-combine', datasetType: 100, scenes: ['text_classification'] },
  ],
  [
    'ModelArts audio classification dir 1.0',
    { id: 'audio-classification', datasetType: 200, scenes: ['audio_classification'] },
  ],
]);

const knownScenes = [...new Set([...formatNames.values()].flatMap(({ scenes }) => scenes))];

/** Types of labels on the platform. */
const labelTasks: ReadonlyMap<unknown, Task> = new Map<unknown, Task>([
  [0, 'image_classification'],
  [1, 'object_detection'],
  [3, 'image_segmentation'],
  [100, 'text_classification'],
  [200, 'audio_classification'],
]);

/** One spelling for letter case, runs of blanks and a misspelling that the platform's own pages have. */
const folded = (name: string) =>
  name.trim().replace(/\s+/g, ' ').toLowerCase().replace('classfication', 'classification');

/** Members that are met under several names: the usual one first. */
const spellings = {
  config: ['annotation_config', 'anntation_config'],
  formatName: ['format_name', 'fromat_name'],
  sampleSeparator: ['sample_label_separator', 'text_sample_separator'],
  labelSeparator: ['label_separator', 'text_label_separator'],
} as const;

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shown = (value: unknown) => (value === undefined ? 'not given' : JSON.stringify(value));

/** A document whose members can be pointed at. */
class Document {
  constructor(
    private readonly file: string,
    private readonly text: string,
  ) {}

  parse(): unknown {
    try {
      return JSON.parse(this.text);
    } catch {
      const { message, column } = explainJsonError(this.text);
      throw this.errorAt(column - 1, message, 'Give one JSON object.');
    }
  }

  /** @param pointer to the member that is wrong; where it is not there, what is nearest above it is named */
  error(pointer: string, message: string, hint: string): OptionError {
    let at = pointer;
    let found = locateJson(this.text, at);
    while (found === undefined && at !== '') {
      at = at.slice(0, at.lastIndexOf('/'));
      found = locateJson(this.text, at);
    }
    return this.errorAt(found?.start ?? 0, message, hint);
  }

  private errorAt(offset: number, message: string, hint: string): OptionError {
    const { line, column } = lineColumn(this.text, offset);
    return new OptionError(`${this.file}:${line}:${column}: ${message}`, { path: this.file, hint });
  }

  /** Refuses what is no object, and members that are none of some. */
  members(value: unknown, pointer: string, known: readonly string[]): Members {
    const hint = `Known members: ${known.join(', ')}.`;
    if (!isObject(value))
      throw this.error(pointer, `there must be an object, not ${JSON.stringify(value)}`, hint);
    for (const name of Object.keys(value)) {
      if (known.includes(name)) continue;
      throw this.error(`${pointer}/${escapePointer(name)}`, `unknown member ${JSON.stringify(name)}`, hint);
    }
    return value;
  }

  /** The name and value of a member that is known under several names. */
  one(members: Members, pointer: string, names: readonly string[]): { pointer: string; value: unknown } {
    const [name = names[0]!, other] = names.filter((each) => members[each] !== undefined);
    if (other !== undefined)
      throw this.error(`${pointer}/${other}`, `${name} is given already`, `Leave ${other} out.`);
    return { pointer: `${pointer}/${name}`, value: members[name] };
  }
}

/** What a document says of the input. */
interface Configured {
  /** Undefined: it is empty, which means a manifest with its labels. */
  readonly format: string | undefined;
  readonly datasetType?: number;
  readonly values: FormatValues;
}

/** @throws OptionError with the place of the member that is wrong */
async function parse(document: Document): Promise<Configured> {
  const root = document.parse();
  const named = isObject(root) ? document.one(root, '', spellings.config) : undefined;
  const isEnclosed = named?.value !== undefined;
  if (isEnclosed) document.members(root, '', spellings.config);
  const at = isEnclosed ? named.pointer : '';
  const config = document.members(isEnclosed ? named.value : root, at, [
    'scene',
    ...spellings.formatName,
    'parameters',
  ]);
  if (Object.keys(config).length === 0) return { format: undefined, values: {} };
  const { id, datasetType } = formatOf(document, config, at);
  const info = await findFormat(id);
  const values = valuesOf(document, config['parameters'] ?? {}, `${at}/parameters`, info);
  return { format: id, datasetType, values };
}

function formatOf(document: Document, config: Members, at: string): PlatformFormat {
  const { scene } = config;
  if (typeof scene !== 'string' || !knownScenes.includes(scene))
    throw document.error(`${at}/scene`, `scene is ${shown(scene)}`, `Known are ${knownScenes.join(', ')}.`);
  const { pointer, value } = document.one(config, at, spellings.formatName);
  const ofScene = [...formatNames].filter(([, { scenes }]) => scenes.includes(scene));
  const hint = `With scene ${scene} go ${ofScene.map(([name]) => name).join(', ')}.`;
  const found =
    typeof value === 'string'
      ? [...formatNames].find(([name]) => folded(name) === folded(value))?.[1]
      : undefined;
  if (found === undefined) throw document.error(pointer, `format_name is ${shown(value)}`, hint);
  if (!found.scenes.includes(scene))
    throw document.error(pointer, `format_name ${shown(value)} does not go with scene ${scene}`, hint);
  return found;
}

function valuesOf(document: Document, given: unknown, at: string, info: FormatInfo): FormatValues {
  const parameters = document.members(given, at, [
    'included_labels',
    'difficult_only',
    ...spellings.sampleSeparator,
    ...spellings.labelSeparator,
  ]);
  const takes = (name: string) => info.options?.some((option) => option.name === name) === true;
  const values: Record<string, FormatValues[string]> = {};
  const labels = labelsOf(document, parameters['included_labels'], `${at}/included_labels`);
  if (labels.length > 0) values['includedLabels'] = labels;
  const difficult = parameters['difficult_only'] ?? false;
  if (typeof difficult !== 'boolean')
    throw document.error(
      `${at}/difficult_only`,
      `difficult_only is ${shown(difficult)}`,
      'Say true or false.',
    );
  if (difficult && !takes('difficultOnly')) {
    throw document.error(
      `${at}/difficult_only`,
      `nothing is difficult in ${info.id}: no sample would be read`,
      'Leave difficult_only out.',
    );
  }
  if (difficult) values['difficultOnly'] = true;
  const separator = (option: string, names: readonly string[]) => {
    const { pointer, value } = document.one(parameters, at, names);
    if (value === undefined) return undefined;
    if (!takes(option))
      throw document.error(pointer, `${info.id} has no such separator`, `Leave ${names[0]} out.`);
    values[option] = meantBy(document, pointer, value);
    return { pointer, value: values[option] };
  };
  const between = separator('sampleLabelSeparator', spellings.sampleSeparator);
  const labelsApart = separator('labelSeparator', spellings.labelSeparator);
  const last = labelsApart ?? between;
  const isSame = (between?.value ?? '\t') === (labelsApart?.value ?? ',');
  if (last !== undefined && takes('sampleLabelSeparator') && isSame) {
    throw document.error(
      last.pointer,
      `both separators are ${JSON.stringify(last.value)}`,
      'Say two different characters; without a word they are a tabulator before the labels and a comma between them.',
    );
  }
  return values;
}

/** Separators come as they are or, where they would mean something in an expression, after a backslash. */
function meantBy(document: Document, pointer: string, value: unknown): string {
  const meant = value === '\\t' ? '\t' : typeof value === 'string' ? value.replace(/^\\(?=.$)/su, '') : '';
  if ([...meant].length === 1) return meant;
  const message = `a separator is one character, not ${JSON.stringify(value)}`;
  throw document.error(pointer, message, 'Say one character, or \\\\t for a tabulator.');
}

/** Labels as the option `includedLabels` has them. */
function labelsOf(document: Document, given: unknown, at: string): string[] {
  if (given === undefined) return [];
  if (!Array.isArray(given))
    throw document.error(at, `included_labels is ${shown(given)}`, 'Give a list of {"name": …}.');
  return given.map((one: unknown, index) => {
    const { name, type } = document.members(one, `${at}/${index}`, ['name', 'type', 'property']);
    const isLost =
      type === undefined && tasks.some((task) => typeof name === 'string' && name.endsWith(`@${task}`));
    if (typeof name !== 'string' || name === '' || isLost)
      throw document.error(
        `${at}/${index}/name`,
        `the name of a label is ${shown(name)}`,
        'Give a text; one that ends in @ and a task needs its type too.',
      );
    if (type === undefined) return name;
    const task = labelTasks.get(type);
    if (task !== undefined) return `${name}@${task}`;
    throw document.error(
      `${at}/${index}/type`,
      `the type of a label is ${shown(type)}`,
      `Known are ${[...labelTasks].map(([number, known]) => `${number} (${known})`).join(', ')}.`,
    );
  });
}

/**
 * Options with what their `annotationConfig` says in `from` and `fromOptions`.
 *
 * @param input what is to be read: a full document goes with a folder, an empty one with a manifest
 * @throws OptionError with line and column of what is wrong in the document, and for options that are said twice;
 *   StorageError when it cannot be read
 */
export async function withAnnotationConfig<
  O extends DatasetOptions & AnnotationConfigOption & { readonly datasetType?: number | undefined },
>(input: string, options: O): Promise<O> {
  const { annotationConfig: file, from, fromOptions, signal } = options;
  if (file === undefined) return options;
  const text = await readText(storageOf(file, options), file, signal);
  const document = new Document(file, text.replace(/^\ufeff/, ''));
  const { format = 'manifest', datasetType, values } = await parse(document);
  const stat = input === '-' ? null : await storageOf(input, options).stat(input, { signal });
  const isFolder = stat?.kind === 'directory';
  if (format === 'manifest' && isFolder) {
    throw document.error(
      '',
      `an empty configuration goes with a manifest, and ${input} is a folder`,
      'Say scene and format_name.',
    );
  }
  if (format !== 'manifest' && !isFolder && (input === '-' || stat !== null)) {
    throw document.error(
      '',
      `${format} is read from a folder, and ${input} is none`,
      'Name the folder, or leave --annotation-config out (option annotationConfig).',
    );
  }
  if (datasetType !== undefined && options.datasetType !== undefined && options.datasetType !== datasetType) {
    throw document.error(
      '',
      `${format} is imported into data sets of type ${datasetType}, not ${options.datasetType}`,
      'Give that type, or leave it out.',
    );
  }
  if (from !== undefined && from !== format) {
    throw document.error('', `it says ${format}, and --from says ${from}`, 'Leave --from out (option from).');
  }
  const camel = (name: string) => name.replace(/-./g, (two) => two.slice(1).toUpperCase());
  const twice = Object.keys(fromOptions ?? {}).find((name) => values[camel(name)] !== undefined);
  if (twice !== undefined) {
    throw document.error(
      '',
      `it says ${twice}, and so does --from-option`,
      `Leave --from-option ${twice} out (fromOptions).`,
    );
  }
  return {
    ...options,
    annotationConfig: undefined,
    from: format,
    fromOptions: { ...fromOptions, ...values },
  };
}
