import {
  extensionOf,
  type FileEntry,
  filesBelow,
  type ObjectStore,
  type Place,
  stemOf,
  uriOf,
} from '../objects.js';
import type { Found } from '../state.js';
import { parseCsv } from './csv.js';
import { imageSizeOf } from './image-size.js';
import { isMedium, named, type Reading, type TextFormat } from './reading.js';
import { readVoc, writeVoc } from './voc.js';

/** A folder that is read in some way. */
export interface Folder {
  readonly store: ObjectStore;
  readonly place: Place;
}

const bytesOf = ({ store, place }: Folder, { key }: FileEntry) => store.get(place.bucket, key) as Buffer;
const sizeOf = ({ store, place }: Folder, { key }: FileEntry) => store.size(place.bucket, key) as number;
const sourceOf = ({ place }: Folder, { key }: FileEntry) => uriOf({ bucket: place.bucket, key });
const linesOf = (bytes: Buffer) => {
  const lines = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map((line) => line.replace(/\r$/, ''));
  if (lines.at(-1) === '') lines.pop();
  return lines;
};

/** Files of one kind, one after the other; what cannot be read is a problem. */
function each(
  files: readonly FileEntry[],
  read: (file: FileEntry) => Found | readonly Found[] | undefined,
): Reading {
  const samples: Found[] = [];
  const problems: string[] = [];
  let total = 0;
  for (const file of files) {
    try {
      const found = [read(file) ?? []].flat();
      total += found.length;
      samples.push(...found);
    } catch (error) {
      total += 1;
      problems.push(`${file.path}: ${(error as Error).message}`);
    }
  }
  return { samples, total, problems };
}

/** Samples without labels: every file of this kind, and of texts every line. */
export function readUnlabelled(folder: Folder, sampleType: number): Reading {
  const files = filesBelow(folder.store, folder.place).filter(({ path }) => isMedium(path, sampleType));
  if (sampleType !== 1)
    return each(files, (file) => named(sourceOf(folder, file), sampleType, sizeOf(folder, file), 0, []));
  const { texts } = pairsOfTexts(files);
  return each(texts, (file) => textLines(bytesOf(folder, file)).map((text) => textSample(text, [])));
}

/** Folders named like their labels. `labelType` 0 for images, 200 for sounds. */
export function readLabelFolders(folder: Folder, sampleType: number, labelType: number): Reading {
  const files = filesBelow(folder.store, folder.place).filter(({ path }) => isMedium(path, sampleType));
  return each(files, (file) => {
    const names = file.path.split('/').slice(-2, -1);
    return named(sourceOf(folder, file), sampleType, sizeOf(folder, file), labelType, names);
  });
}

/** Images with a text file of labels beside each, one in a line. */
export function readLabelFiles(folder: Folder): Reading {
  const files = filesBelow(folder.store, folder.place);
  const texts = new Map(
    files.filter(({ path }) => extensionOf(path) === '.txt').map((file) => [stemOf(file.path), file]),
  );
  return each(
    files.filter(({ path }) => isMedium(path, 0)),
    (file) => {
      const text = texts.get(stemOf(file.path));
      const names =
        text === undefined ? [] : linesOf(bytesOf(folder, text)).filter((line) => line.trim() !== '');
      return named(sourceOf(folder, file), 0, sizeOf(folder, file), 0, names);
    },
  );
}

/** Images with a VOC file beside each. Masks that such a file points at are no samples. */
export function readVocPairs(folder: Folder, labelType: number): Reading {
  const files = filesBelow(folder.store, folder.place);
  const documents = new Map(
    files.filter(({ path }) => extensionOf(path) === '.xml').map((file) => [stemOf(file.path), file]),
  );
  const masks = new Set(
    [...documents.values()].flatMap((file) => {
      const mask = /<mask_source>\s*([^<]*?)\s*<\/mask_source>/.exec(bytesOf(folder, file).toString('utf8'));
      return mask?.[1] === undefined ? [] : [mask[1].slice(mask[1].lastIndexOf('/') + 1)];
    }),
  );
  const isMask = ({ path }: FileEntry) =>
    labelType === 3 && !documents.has(stemOf(path)) && masks.has(path.slice(path.lastIndexOf('/') + 1));
  const task = labelType === 3 ? 'image_segmentation' : 'object_detection';
  return each(
    files.filter((file) => isMedium(file.path, 0) && !isMask(file)),
    (file) => {
      const plain = named(sourceOf(folder, file), 0, sizeOf(folder, file), labelType, []);
      const document = documents.get(stemOf(file.path));
      if (document === undefined) return plain;
      const xml = bytesOf(folder, document);
      const { labels, imageSize, difficult } = readVoc(xml, labelType);
      return {
        ...plain,
        labels,
        hard: difficult.size > 0,
        ...(imageSize && { imageSize }),
        annotations: [
          {
            raw: {
              type: `modelarts/${task}`,
              'annotation-loc': sourceOf(folder, document),
              'annotation-format': 'PASCAL VOC',
              'annotated-by': 'human',
            },
            xml,
          },
        ],
      };
    },
  );
}

/** A Darknet tree. @throws Error when its lists are not there */
export function readYolo(folder: Folder): Reading {
  const files = filesBelow(folder.store, folder.place);
  const byPath = new Map(files.map((file) => [file.path, file]));
  const find = (path: string) => byPath.get(path) ?? byPath.get(path.replace(/^(?:\.\/|data\/)+/, ''));
  const data = find('obj.data');
  if (data === undefined) throw new Error('There is no obj.data.');
  const settings = new Map(
    linesOf(bytesOf(folder, data)).map((line) => {
      const [name = '', ...value] = line.split('=');
      return [name.trim(), value.join('=').trim()];
    }),
  );
  const names = find(settings.get('names') ?? '');
  if (names === undefined) throw new Error('obj.data names no file of names that is there.');
  const labelNames = linesOf(bytesOf(folder, names)).map((line) => line.trim());
  const lists = ['train', 'valid'].flatMap((part) => {
    const list = settings.get(part);
    return list === undefined ? [] : [{ usage: part === 'train' ? 'TRAIN' : 'EVAL', list }];
  });
  if (lists.length === 0) throw new Error('obj.data names neither train nor valid.');
  const images = lists.flatMap(({ usage, list }) => {
    const file = find(list);
    if (file === undefined) throw new Error(`There is no ${list}.`);
    return linesOf(bytesOf(folder, file))
      .filter((line) => line.trim() !== '')
      .map((line) => ({ usage, path: line.trim() }));
  });
  const usageOf = new Map(images.map(({ path, usage }) => [path, usage]));
  return each(
    images.map(({ path }) => ({ path, key: find(path)?.key ?? '' })),
    ({ path, key }) => {
      if (key === '') throw new Error('the image is not there');
      const file = { path, key };
      const image = bytesOf(folder, file);
      const [width, height] = imageSizeOf(image);
      const rows = find(`${stemOf(path)}.txt`);
      const labels = (rows === undefined ? [] : linesOf(bytesOf(folder, rows)))
        .filter((line) => line.trim() !== '')
        .map((line) => {
          const cells = line.trim().split(/\s+/).map(Number);
          const [index = -1, x = 0, y = 0, w = 0, h = 0] = cells;
          const name = labelNames[index];
          if (cells.length !== 5 || cells.some(Number.isNaN) || name === undefined)
            throw new Error(`a row that cannot be read: ${line}`);
          const feature = [
            [(x - w / 2) * width, (y - h / 2) * height],
            [(x + w / 2) * width, (y + h / 2) * height],
          ];
          return {
            name,
            type: 1,
            annotated_by: 'human',
            property: { '@modelarts:shape': 'bndbox', '@modelarts:feature': feature },
          };
        });
      const imageSize = [width, height, 3];
      const xml = writeVoc(path.slice(path.lastIndexOf('/') + 1), imageSize, labels);
      const raw = {
        type: 'modelarts/object_detection',
        'annotation-format': 'PASCAL VOC',
        'annotated-by': 'human',
      };
      return {
        ...named(sourceOf(folder, file), 0, image.length, 1, []),
        labels,
        imageSize,
        members: { usage: usageOf.get(path) },
        annotations: labels.length === 0 ? [] : [{ raw, xml }],
      };
    },
  );
}

const textSample = (text: string, names: readonly string[]) =>
  named(`content://${text}`, 1, Buffer.byteLength(text), 100, names);

const textLines = (bytes: Buffer) => linesOf(bytes).filter((line) => line.trim() !== '');

/** Texts, and the files of labels that belong to some of them. */
function pairsOfTexts(files: readonly FileEntry[]) {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const resultOf = ({ path }: FileEntry) => {
    const extension = path.slice(stemOf(path).length);
    return byPath.get(`${stemOf(path)}_result${extension}`);
  };
  const results = new Set(files.map(resultOf));
  const texts = files.filter((file) => !results.has(file) && !stemOf(file.path).endsWith('_result'));
  return { texts, resultOf };
}

const trimmed = (labels: string, separator: string) =>
  labels
    .split(separator)
    .map((label) => label.trim())
    .filter((label) => label !== '');

/** Texts in lines; the labels in the same lines of another file. */
export function readTextPairs(folder: Folder, { labelSeparator }: TextFormat): Reading {
  const files = filesBelow(folder.store, folder.place).filter(({ path }) => isMedium(path, 1));
  const { texts, resultOf } = pairsOfTexts(files);
  return each(texts, (file) => {
    const lines = linesOf(bytesOf(folder, file));
    const result = resultOf(file);
    const labels = result === undefined ? lines.map(() => '') : linesOf(bytesOf(folder, result));
    if (labels.length !== lines.length)
      throw new Error(`${lines.length} lines of text, and ${labels.length} of labels`);
    return lines.flatMap((text, n) =>
      text.trim() === '' ? [] : [textSample(text, trimmed(labels[n] as string, labelSeparator))],
    );
  });
}

/** Texts in lines, each with its labels behind it. */
export function readTextLines(folder: Folder, { sampleSeparator, labelSeparator }: TextFormat): Reading {
  const files = filesBelow(folder.store, folder.place).filter(({ path }) => isMedium(path, 1));
  return each(files, (file) =>
    textLines(bytesOf(folder, file)).map((line) => {
      const at = line.lastIndexOf(sampleSeparator);
      if (at < 0) return textSample(line, []);
      return textSample(line.slice(0, at), trimmed(line.slice(at + sampleSeparator.length), labelSeparator));
    }),
  );
}

export interface Table {
  readonly rows: readonly (readonly string[])[];
  /** Rows with another number of columns than the schema has. */
  readonly wrongRows: number;
}

/** The rows of all CSV files of a folder. @throws Error that names the file that is none */
export function readTable(folder: Folder, columns: number, hasHeader: boolean): Table {
  const files = filesBelow(folder.store, folder.place).filter(({ path }) => extensionOf(path) === '.csv');
  const all = files.flatMap((file) => {
    try {
      return parseCsv(
        bytesOf(folder, file)
          .toString('utf8')
          .replace(/^\uFEFF/, ''),
      ).slice(hasHeader ? 1 : 0);
    } catch (error) {
      throw new Error(`${file.path}: ${(error as Error).message}`);
    }
  });
  const rows = all.filter((row) => row.length === columns);
  return { rows, wrongRows: all.length - rows.length };
}
