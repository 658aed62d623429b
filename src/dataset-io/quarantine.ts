import type { Fault } from './rows.js';
import {
  openTree,
  type Storage,
  type StorageWriter,
  type TreeWriter,
  type WriteMode,
} from './storage/index.js';

const lineFeed = Buffer.from('\n');

/**
 * Where faulty records are put aside, byte for byte: lines in one file, files in one folder. Beside them
 * (`<path>.findings.jsonl`, or `findings.jsonl` in the folder) stands what was wrong with each.
 */
export interface Quarantine {
  add(fault: Fault): Promise<void>;
  /** Makes what was put aside visible. */
  commit(): Promise<void>;
  /** Leaves nothing behind. */
  abort(): Promise<void>;
}

function findingsOf(fault: Fault): Uint8Array {
  return Buffer.from(fault.diagnostics.map((d) => `${JSON.stringify(d)}\n`).join(''));
}

/** A quarantine for lines. Nothing is created when nothing is put aside. */
export class LineQuarantine implements Quarantine {
  private writers: { lines: StorageWriter; findings: StorageWriter } | undefined;

  constructor(
    private readonly storage: Storage,
    private readonly path: string,
    private readonly mode: WriteMode,
  ) {}

  async add(fault: Fault): Promise<void> {
    this.writers ??= {
      lines: await this.storage.openWrite(this.path, { mode: this.mode }),
      findings: await this.storage.openWrite(`${this.path}.findings.jsonl`, { mode: this.mode }),
    };
    await this.writers.findings.write(findingsOf(fault));
    // Of a line that is too long nothing was kept; its finding says where it is.
    if (fault.raw === undefined || fault.raw.length === 0) return;
    await this.writers.lines.write(fault.raw);
    await this.writers.lines.write(lineFeed);
  }

  async commit(): Promise<void> {
    await this.writers?.lines.commit();
    await this.writers?.findings.commit();
  }

  async abort(): Promise<void> {
    await this.writers?.lines.abort();
    await this.writers?.findings.abort();
  }
}

/** A quarantine for files, each under its own relative name; records that are part of a file come to `records.txt`. */
export class FileQuarantine implements Quarantine {
  private tree: TreeWriter | undefined;

  constructor(
    private readonly storage: Storage,
    private readonly folder: string,
    private readonly mode: WriteMode,
  ) {}

  async add(fault: Fault): Promise<void> {
    this.tree ??= await openTree(this.storage, this.folder, this.mode);
    this.tree.lengthen('findings.jsonl', findingsOf(fault));
    if (fault.raw === undefined) return;
    if (fault.name === undefined) {
      this.tree.lengthen('records.txt', fault.raw);
      if (fault.raw.at(-1) !== lineFeed[0]) this.tree.lengthen('records.txt', lineFeed);
    } else if (!this.tree.has(fault.name)) {
      this.tree.add(fault.name, fault.raw);
    }
  }

  async commit(): Promise<void> {
    await this.tree?.commit();
  }

  async abort(): Promise<void> {
    await this.tree?.abort();
  }
}
