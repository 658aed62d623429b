import { isJsonObject, OptionError } from '../../model/index.js';
import { readBytes } from '../read-bytes.js';
import { type Places, storageOf } from '../storages.js';
import type { Content } from './requests.js';

/** What was sent to object storage. */
export interface Sent extends Content {
  readonly samples: number;
  readonly skipped: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly files: number;
  readonly bytes: number;
  readonly alreadyThere: number;
}

/** How far an import has come. It holds no keys. */
export interface ImportState {
  readonly version: 1;
  /** What was asked for; another import does not go on with this state. */
  readonly asked: Readonly<Record<string, string>>;
  /** When it began, in ms since 1970. */
  readonly began: number;
  sent?: Sent | undefined;
  /** When it was first asked for; what was made since is ours. */
  creating?: number | undefined;
  datasetId?: string | undefined;
  /** The import is asked for: look before asking again. */
  importing?: boolean | undefined;
  importTaskId?: string | undefined;
  /** What the service said of the import. */
  imported?:
    | { readonly total: number; readonly imported: number; readonly why?: string | undefined }
    | undefined;
  publishing?: number | undefined;
  versionId?: string | undefined;
}

/** Keeps the state of an import in a file, or nowhere. */
export class StateFile {
  /** It was there: an import goes on. */
  readonly isResumed: boolean;

  private constructor(
    readonly state: ImportState,
    private readonly path: string | undefined,
    private readonly places: Places,
    isResumed: boolean,
  ) {
    this.isResumed = isResumed;
  }

  /**
   * @throws OptionError when the file is of another import, or is none of ours; StorageError when it cannot be read
   */
  static async open(
    path: string | undefined,
    asked: ImportState['asked'],
    places: Places,
    now: number,
  ): Promise<StateFile> {
    const fresh: ImportState = { version: 1, asked, began: now };
    if (path === undefined) return new StateFile(fresh, undefined, places, false);
    const storage = storageOf(path, places);
    if ((await storage.stat(path)) === null) return new StateFile(fresh, path, places, false);
    const found = parsed(await readBytes(storage, path, undefined));
    if (found === undefined) {
      throw new OptionError(`${path} is no state of an import`, {
        path,
        hint: 'Name another file with --state (option state).',
      });
    }
    const other = Object.keys({ ...asked, ...found.asked }).find((name) => asked[name] !== found.asked[name]);
    if (other !== undefined) {
      throw new OptionError(
        `${path} is of an import with ${other} ${found.asked[other] ?? '(none)'}, not ${asked[other] ?? '(none)'}`,
        {
          path,
          hint: 'Say the same as then to go on with it; or delete it, or name another file with --state, to begin anew.',
        },
      );
    }
    return new StateFile(found, path, places, true);
  }

  async save(changes: Partial<Omit<ImportState, 'version' | 'asked' | 'began'>>): Promise<void> {
    Object.assign(this.state, changes);
    if (this.path === undefined) return;
    const bytes = Buffer.from(`${JSON.stringify(this.state, null, 2)}\n`);
    await storageOf(this.path, this.places).writeAtomic(this.path, bytes, { mode: 'overwrite' });
  }

  async remove(): Promise<void> {
    if (this.path !== undefined) await storageOf(this.path, this.places).delete(this.path);
  }
}

function parsed(bytes: Uint8Array): ImportState | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
  const isOurs =
    isJsonObject(value) &&
    value['version'] === 1 &&
    typeof value['began'] === 'number' &&
    isJsonObject(value['asked']) &&
    Object.values(value['asked']).every((one) => typeof one === 'string');
  return isOurs ? (value as unknown as ImportState) : undefined;
}
