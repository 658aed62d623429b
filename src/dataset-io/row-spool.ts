import { deserialize, serialize } from 'node:v8';
import type { Row } from './rows.js';
import { Spool } from './storage/index.js';

const lengthBytes = 4;

/** Rows put aside until they are wanted: the first 4 MiB of them in memory, more on the disk. They come back as plain objects. */
export class RowSpool {
  private readonly spool = new Spool();

  /** Returns the place of the row for {@link read}. @throws StorageError when the disk is full */
  add(row: Row): number {
    const bytes = serialize(row);
    const length = Buffer.allocUnsafe(lengthBytes);
    length.writeUInt32LE(bytes.length);
    const { offset } = this.spool.add(length);
    this.spool.add(bytes);
    return offset;
  }

  /** @param place one that {@link add} gave */
  read(place: number): Row {
    const length = this.spool.read({ offset: place, length: lengthBytes }).readUInt32LE();
    return deserialize(this.spool.read({ offset: place + lengthBytes, length })) as Row;
  }

  close(): void {
    this.spool.close();
  }
}
