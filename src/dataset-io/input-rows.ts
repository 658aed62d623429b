import type { FormatValues } from '../formats/index.js';
import { OptionError, type Profile } from '../model/index.js';
import { parseEncoding } from '../text/index.js';
import type { DatasetOptions } from './dataset-options.js';
import type { ResolvedInput } from './detect.js';
import { manifestRows } from './manifest-rows.js';
import type { RowBatch } from './rows.js';
import type { Storage } from './storage/index.js';

/** How an input of any format is read. */
export interface InputOptions extends Omit<DatasetOptions, 'from'> {
  /** Whose demands raise severities; default `generic`. */
  readonly profile?: Profile | undefined;
}

/**
 * The samples of an input, whatever its format.
 *
 * @throws OptionError for options that the format does not have, StorageError when it cannot be read
 */
export async function inputRows(
  storage: Storage,
  path: string,
  { format, xmlNames }: ResolvedInput,
  options: InputOptions & { readonly keepSource?: boolean | undefined },
): Promise<AsyncIterable<RowBatch>> {
  const { encoding, baseDir, maxLineBytes, profile, signal } = options;
  if (format === 'manifest') {
    await checkNoOptions(format, options);
    return manifestRows(storage, path, {
      ...(encoding === undefined ? {} : { encoding: parseEncoding(encoding) }),
      baseDir,
      maxLineBytes,
      profile,
      signal,
    });
  }
  if (format === 'voc') {
    const values = await ownValues(format, options);
    const [{ findVocTree }, { vocRows }] = await Promise.all([
      import('./voc-tree.js'),
      import('./voc-rows.js'),
    ]);
    const tree = await findVocTree(storage, path, signal, xmlNames);
    return await selectRows(
      vocRows(storage, tree, {
        keepSource: options.keepSource === true || values['prune'] === true,
        profile,
        signal,
      }),
      values,
      path,
    );
  }
  return await otherRows(storage, path, format, options);
}

/** {@link inputRows} for the formats in `src/formats`. @param mode severities of what is found; default `lenient` */
export async function otherRows(
  storage: Storage,
  path: string,
  format: string,
  { fromOptions, classes, profile, signal, ...places }: InputOptions,
  mode?: 'strict' | 'lenient',
): Promise<AsyncIterable<RowBatch>> {
  const [{ findOtherFormat }, { formatValues }, { formatRows }] = await Promise.all([
    import('./find-format.js'),
    import('./format-options.js'),
    import('./format-rows.js'),
  ]);
  const { info, load } = await findOtherFormat(format);
  const options = formatValues(info, fromOptions, 'read');
  const code = await load();
  if (code.read === undefined) {
    throw new OptionError(`${format} is only written`, {
      code: 'Unsupported',
      hint: 'labelkit formats says which formats are read.',
    });
  }
  const { storage: own, session } = places;
  const rows = formatRows(storage, path, code, {
    storage: own,
    session,
    options,
    classes,
    mode,
    profile,
    signal,
  });
  return await selectRows(rows, options, path);
}

/** Rows that the options of their format ask for. */
export async function selectRows(
  rows: AsyncIterable<RowBatch>,
  values: FormatValues,
  path: string,
): Promise<AsyncIterable<RowBatch>> {
  if (Object.keys(values).length === 0) return rows;
  return (await import('./selection.js')).selected(rows, values, path === '-' ? '<stdin>' : path);
}

/** @throws OptionError for options where all of a data set is looked at, or of a format that has none */
export async function checkNoOptions(format: string, options: InputOptions): Promise<void> {
  const [name] = Object.keys(await ownValues(format, options));
  if (name === undefined) return;
  throw new OptionError(`all of a ${format} data set is looked at here, whatever its option ${name} says`, {
    code: 'Unsupported',
    hint: 'Leave the option out, or write the samples that it asks for with labelkit convert first.',
  });
}

/** The checked options of a format that has a reader of its own. @throws OptionError for those that it does not have */
export async function ownValues(format: string, { fromOptions }: InputOptions): Promise<FormatValues> {
  if (fromOptions === undefined || Object.keys(fromOptions).length === 0) return {};
  const [{ findFormat }, { formatValues }] = await Promise.all([
    import('./find-format.js'),
    import('./format-options.js'),
  ]);
  return formatValues(await findFormat(format), fromOptions, 'read');
}
