import type { ShownSample } from '../dataset-io/overview.js';
import { parseLocation } from '../dataset-io/storage/index.js';
import type { Places } from '../dataset-io/storages.js';
import { LabelkitError } from '../model/index.js';
import type { Gallery, PicturedSample } from './page/gallery.js';
import { type NoPicture, type Picture, renderPicture } from './pictures/thumbnail.js';

export interface SamplePicturesOptions extends Places {
  /** A directory that references may not leave. */
  readonly root?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Pixels of the longest side: twice what a card shows, for dense screens. */
const maxEdge = 480;
const quality = 74;
/** Pictures made at a time. */
const atATime = 4;
/** Text of a picture's card, about. */
const cardBytes = 1500;

/** Makes small pictures of samples with their shapes drawn, as many as there is room for. */
export class SamplePictures {
  private shown = 0;
  private failed = 0;
  private leftOut = 0;
  private problem: string | undefined;
  /** Kinds of places of which nothing can be read. */
  private readonly closed = new Map<string, NoPicture>();

  constructor(private readonly options: SamplePicturesOptions) {}

  get counts() {
    const { shown, failed, leftOut, problem } = this;
    return { shown, failed, leftOut, ...(problem === undefined ? {} : { problem }) };
  }

  /** @param room bytes that the pictures may take in the page */
  async make(samples: readonly ShownSample[], room: number): Promise<Gallery> {
    const pictures: PicturedSample[] = [];
    let left = room;
    for (let at = 0; at < samples.length && this.problem === undefined; at += atATime) {
      const some = samples.slice(at, at + atATime);
      const made = await Promise.all(some.map((sample) => this.picture(sample)));
      for (const [index, picture] of made.entries()) {
        if (picture === undefined) continue;
        const bytes = cardBytes + ('bytes' in picture ? Math.ceil(picture.bytes.length / 3) * 4 : 0);
        if (bytes > left) {
          this.leftOut++;
          continue;
        }
        left -= bytes;
        if ('bytes' in picture) this.shown++;
        else this.failed++;
        pictures.push({ sample: some[index]!, picture });
      }
      if (left < cardBytes) {
        this.leftOut += samples.length - at - some.length;
        break;
      }
    }
    return { pictures, note: this.note };
  }

  private get note(): string | undefined {
    const { problem, leftOut } = this;
    if (problem !== undefined) return `Pictures are not shown: ${problem}`;
    if (leftOut === 0) return undefined;
    return `${leftOut} more ${leftOut === 1 ? 'is' : 'are'} left out to keep the page small.`;
  }

  /** Undefined where no pictures can be made at all. */
  private async picture({ row, images }: ShownSample): Promise<Picture | NoPicture | undefined> {
    const { storage, session, root, signal } = this.options;
    const { source, annotations } = row.sample;
    const place = parseLocation(source).kind;
    const closed = this.closed.get(place);
    if (closed !== undefined) return closed;
    const sized = images.find(({ width, height }) => width !== undefined && height !== undefined);
    try {
      return await renderPicture({
        image: { source, base: row.base, root, storage, session },
        objects: images.flatMap(({ objects }) => objects),
        captions: annotations.flatMap(({ name, confidence, hard }) =>
          name === undefined ? [] : [{ name, confidence, isHard: hard }],
        ),
        ...(sized === undefined ? {} : { size: { width: sized.width!, height: sized.height! } }),
        maxEdge,
        format: 'webp',
        quality,
        signal,
      });
    } catch (error) {
      if (!(error instanceof LabelkitError) || error.code === 'Aborted') throw error;
      if (error.code !== 'Unsupported') {
        // No network or no keys: what is there is shown all the same, and not asked for again.
        const none: NoPicture = { problem: { kind: 'unreadable', message: error.message } };
        this.closed.set(place, none);
        return none;
      }
      this.problem = `${error.message}. ${error.hint ?? ''}`.trim();
      return undefined;
    }
  }
}
