import { type Piece, type ReadOptions, Spool, type Storage } from './storage/index.js';
import { type Places, storageOf } from './storages.js';

/**
 * Standard input for what reads its input more than once: the first reading puts the bytes aside, 4 MiB in memory and
 * more in a temporary file, and later ones get them from there.
 */
export class ReplayedStdin {
  /** Opens what the places it was made of open, and `-` again once that was read to its end. */
  readonly places: Places;
  private readonly below: Storage;
  private readonly spool = new Spool();
  private readonly pieces: Piece[] = [];
  private isWhole = false;

  constructor({ storage, session }: Places) {
    const below = storageOf('-', { storage, session });
    this.below = below;
    const replaying = new Proxy(below, {
      get: (target, name) => {
        if (name === 'openRead') return this.openRead;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const isOther = storage !== undefined && storage !== below;
    this.places = { storage: replaying, session: isOther ? { storage } : session };
  }

  close(): void {
    this.spool.close();
  }

  private readonly openRead = (
    path: string,
    options?: ReadOptions,
  ): AsyncGenerator<Uint8Array, void, undefined> =>
    path !== '-' ? this.below.openRead(path, options) : this.isWhole ? this.replay() : this.record(options);

  private async *record(options?: ReadOptions): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of this.below.openRead('-', options)) {
      this.pieces.push(this.spool.add(chunk));
      yield chunk;
    }
    this.isWhole = true;
  }

  private async *replay(): AsyncGenerator<Uint8Array, void, undefined> {
    for (const piece of this.pieces) yield this.spool.read(piece);
  }
}
