import {
  dirOf,
  joinLocation,
  type Location,
  parseLocation,
  relativeReference,
  stemOf,
} from './storage/index.js';

/** Makes references relative to the folder of an output; folders repeat, so their way is worked out once. */
export class References {
  private readonly ways = new Map<string, string>();

  constructor(private readonly folder: string) {}

  to(path: string): string {
    const location = parseLocation(path);
    if (location.kind === 'obs') return asWritten(location);
    if (location.kind !== 'local' && location.kind !== 'memory') return path;
    const slash = path.lastIndexOf('/') + 1;
    const name = path.slice(slash);
    const from = path.slice(0, slash);
    let way = this.ways.get(from);
    if (way === undefined) {
      way = relativeReference(this.folder, `${from}x`).slice(0, -1);
      if (this.ways.size < 100_000) this.ways.set(from, way);
    }
    return way === '' ? relativeReference(this.folder, path) : way + name;
  }
}

/** An address in a bucket stays absolute, as the service wants it; `s3a` and `s3n`, which it does not know, become `obs`. */
function asWritten({ text, scheme }: Location & { kind: 'obs' }): string {
  return /^s3[an]$/i.test(scheme) ? `obs${text.slice(scheme.length)}` : text;
}

/** The folder that images go to, beside an output that is one file: `<manifest's stem>-images`. */
export function imageFolderOf(output: string): string {
  return joinLocation(dirOf(output), `${stemOf(output)}-images`);
}
