import { OptionError, throwIfAborted } from '../model/index.js';
import { nothingAt } from './file-errors.js';
import { type FormatId, formatInfo } from './formats.js';
import {
  baseName,
  entryBatches,
  joinLocation,
  type ListOptions,
  parseLocation,
  type Storage,
  type StorageEntry,
} from './storage/index.js';

/** What a path holds, and what made us think so. */
export interface Detection {
  readonly format: FormatId;
  /** One sentence for people. */
  readonly reason: string;
}

/** Enough of a file to tell what it is. */
const headBytes = 64 * 1024;
/** So many files of a folder are opened to find one that says what it is. */
const filesOpened = 100;

async function head(storage: Storage, path: string, signal?: AbortSignal): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of storage.openRead(path, { end: headBytes, signal })) parts.push(chunk);
  return Buffer.concat(parts);
}

/** Text for looking at only: UTF-16 is recognised by its byte order mark, anything else reads as Latin-1. */
function lookAt(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le', 2);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    return bytes
      .subarray(2, bytes.length & ~1)
      .swap16()
      .toString('utf16le');
  }
  return bytes.toString('latin1', bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);
}

/** What a file's first bytes and name say it is: every candidate, with the reason. */
function candidatesOfFile(name: string, bytes: Buffer): Detection[] {
  const text = lookAt(bytes).trimStart();
  if (text.startsWith('<')) {
    return /<(?:\w+:)?annotation[\s/>]/i.test(text)
      ? [{ format: 'voc', reason: 'XML with an annotation element' }]
      : [];
  }
  if (/\.xml$/i.test(name)) return [{ format: 'voc', reason: 'the name ends in .xml' }];
  if (/^\{[\s\S]*?"source"\s*:/.test(text)) {
    return [{ format: 'manifest', reason: 'lines of JSON objects with a source' }];
  }
  if (/\.(manifest|jsonl)$/i.test(name) && !/"source-ref"\s*:/.test(text)) {
    return [{ format: 'manifest', reason: `the name ends in ${name.slice(name.lastIndexOf('.'))}` }];
  }
  return [];
}

const xmlPattern = /\.xml$/i;
const linesPattern = /\.(?:manifest|jsonl)$/i;

/** The first of these files that says what it is. */
async function firstOf(
  storage: Storage,
  files: readonly StorageEntry[],
  signal?: AbortSignal,
): Promise<Detection | undefined> {
  for (const { name, path } of files) {
    const [candidate] = candidatesOfFile(name, await head(storage, path, signal));
    if (candidate !== undefined) return { format: candidate.format, reason: name };
  }
  return undefined;
}

/** The first XML file at any depth, by name, that says what it is. */
async function firstXmlBelow(
  storage: Storage,
  folder: string,
  signal?: AbortSignal,
): Promise<Detection | undefined> {
  let opened = 0;
  for await (const batch of entryBatches(storage, folder, { recursive: true, signal })) {
    for (const entry of batch) {
      if (entry.kind !== 'file' || !xmlPattern.test(entry.name)) continue;
      const found = await firstOf(storage, [entry], signal);
      if (found !== undefined || ++opened >= filesOpened) return found;
    }
  }
  return undefined;
}

/** What a path may hold, and what was found out on the way. */
interface Candidates {
  readonly detections: readonly Detection[];
  /** The XML files of a folder without folders. */
  readonly xmlNames?: readonly string[];
}

async function candidatesOfFolder(storage: Storage, path: string, options: ListOptions): Promise<Candidates> {
  const { signal } = options;
  const xml: StorageEntry[] = [];
  const xmlNames: string[] = [];
  const lines: StorageEntry[] = [];
  let isFlat = true;
  for await (const batch of entryBatches(storage, path, options)) {
    for (const entry of batch) {
      if (entry.kind === 'directory') isFlat = false;
      if (entry.kind !== 'file') continue;
      if (xmlPattern.test(entry.name)) {
        if (isFlat) xmlNames.push(entry.name);
        if (xml.length < filesOpened) xml.push(entry);
      } else if (lines.length < filesOpened && linesPattern.test(entry.name)) {
        lines.push(entry);
      }
    }
  }
  // A folder without folders, which may be a large one, is listed only once.
  const annotation = isFlat
    ? await firstOf(storage, xml, signal)
    : await firstXmlBelow(storage, path, signal);
  const manifest = await firstOf(storage, lines, signal);
  const detections = [annotation, manifest].filter((candidate) => candidate !== undefined);
  return isFlat ? { detections, xmlNames } : { detections };
}

/**
 * Finds out which format a path holds by looking at names and first bytes. Never guesses: when two formats
 * are there, or none, it says so.
 *
 * @throws StorageError when the path cannot be read; OptionError `AmbiguousFormat` or `UnknownFormat`
 */
export async function detectFormat(storage: Storage, path: string, signal?: AbortSignal): Promise<Detection> {
  return (await detect(storage, path, { signal })).detection;
}

async function detect(
  storage: Storage,
  path: string,
  options: ListOptions,
): Promise<{ detection: Detection; xmlNames?: readonly string[] | undefined }> {
  const { signal } = options;
  throwIfAborted(signal);
  if (parseLocation(path).kind === 'stdio') {
    throw new OptionError('the format of standard input cannot be detected', {
      code: 'UnknownFormat',
      hint: 'Say it with --from.',
    });
  }
  const stat = await storage.stat(path, { signal });
  if (stat === null) throw nothingAt(path);
  const isFolder = stat.kind === 'directory';
  const { detections: found, xmlNames }: Candidates = isFolder
    ? await candidatesOfFolder(storage, path, options)
    : { detections: candidatesOfFile(baseName(path), await head(storage, path, signal)) };
  if (found.length === 0) {
    throw new OptionError(`${path} holds no format that is known here`, {
      code: 'UnknownFormat',
      path,
      hint: isFolder
        ? 'A folder must hold Pascal VOC XML files. Say what it is with --from.'
        : 'A manifest has one JSON object with a source on each line; a VOC file has an annotation element. Say what it is with --from.',
    });
  }
  if (found.length > 1) {
    const list = found.map(({ format, reason }) => `${format} (${reason})`).join(', ');
    throw new OptionError(`${path} holds more than one format: ${list}`, {
      code: 'AmbiguousFormat',
      path,
      hint: 'Name the file itself, or say which one with --from.',
    });
  }
  const [detection] = found;
  if (isFolder && detection.format === 'manifest')
    throw manifestIsAFile(joinLocation(path, detection.reason));
  return { detection, xmlNames };
}

/** The folder was named, the manifest in it is meant. */
function manifestIsAFile(file: string): OptionError {
  return new OptionError(`a manifest is a file, and a folder was named`, {
    code: 'UnknownFormat',
    path: file,
    hint: `Name the file: ${file}`,
  });
}

/** The format the caller named, or else the one that is detected. */
export async function resolveFormat(
  storage: Storage,
  path: string,
  named: string | undefined,
  signal?: AbortSignal,
): Promise<FormatId> {
  if (named !== undefined) return formatInfo(named).id;
  return (await detectFormat(storage, path, signal)).format;
}

/** An input's format, and what was listed to find it out. */
export interface ResolvedInput {
  readonly format: FormatId;
  /** The XML files of a folder without folders, where it had to be listed: for `findVocTree`. */
  readonly xmlNames?: readonly string[] | undefined;
}

/**
 * {@link resolveFormat} for a caller who goes on to read the input at once.
 *
 * @param onFound for the listing of a folder, where it has to be made
 */
export async function resolveInput(
  storage: Storage,
  path: string,
  named: string | undefined,
  signal?: AbortSignal,
  onFound?: ListOptions['onFound'],
): Promise<ResolvedInput> {
  if (named !== undefined) return { format: formatInfo(named).id };
  const { detection, xmlNames } = await detect(storage, path, { signal, onFound });
  return { format: detection.format, xmlNames };
}
