import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appendVocObjects, encodeVoc, formatVoc, parseVoc, VocDocument } from '../../src/voc/index.js';
import { content } from '../voc/arbitrary-document.js';

const corpus = resolve(process.env['LABELKIT_CORPUS'] ?? '../shared/data');

/** Every file of a folder that can be read, by name. */
function readable(folder: string): readonly [string, Buffer][] {
  const names = readdirSync(resolve(corpus, folder)).filter((name) => name.endsWith('.xml'));
  expect(names.length).toBeGreaterThan(5);
  return names
    .map((name): [string, Buffer] => [name, readFileSync(resolve(corpus, folder, name))])
    .filter(([, bytes]) => parseVoc(bytes).document !== undefined);
}

describe.each(['modelarts-sdk/voc', 'modelarts-sdk/voc/errorFiles', 'bccd/Annotations'])('%s', (folder) => {
  it('is written back byte for byte', () => {
    for (const [name, bytes] of readable(folder)) {
      expect(Buffer.compare(encodeVoc(parseVoc(bytes).document!), bytes), name).toBe(0);
    }
  });

  it('says the same in the canonical layout, which is then stable', () => {
    for (const [name, bytes] of readable(folder)) {
      const { document } = parseVoc(bytes, { keepSource: false });
      const text = formatVoc(document!);
      const again = parseVoc(text, { keepSource: false }).document!;
      expect(content(again), name).toEqual(content(document!));
      expect(formatVoc(again), name).toBe(text);
    }
  });

  it('takes an appended object without another byte changing', () => {
    const addition = new VocDocument({ objects: [{ name: '新', properties: new Map(), parts: [] }] });
    for (const [name, bytes] of readable(folder)) {
      const appended = Buffer.from(appendVocObjects(bytes, addition));
      const at = appended.findIndex((byte, i) => byte !== bytes[i]);
      const tail = bytes.length - at;
      expect(Buffer.compare(appended.subarray(appended.length - tail), bytes.subarray(at)), name).toBe(0);
      const count = parseVoc(bytes).document!.objects.length;
      expect(parseVoc(appended).document?.objects[count]?.name, name).toBe('新');
    }
  });
});
