import type { Finding } from '../model/diagnostic.js';
import type { Mode, Profile } from '../model/rule.js';
import { maxXmlDepth, parseXmlTree } from '../text/xml-tree.js';
import type { VocDocument } from './document.js';
import { largestFile } from './limits.js';
import type { StructuralRule } from './structural-rules.js';
import { readTree } from './tree.js';
import { TreeContext } from './tree-context.js';
import { openXml } from './xml-source.js';

/** How a file is read. */
export interface VocParseOptions {
  /** `strict` reports what upstream readers refuse as errors; `lenient` recovers. Default `lenient`. */
  readonly mode?: Mode;
  /** Whose extra demands raise severities. Default `generic`. */
  readonly profile?: Profile;
  /** Keep the input in {@link VocDocument.source}, so that it can be written back as it was. */
  readonly keepSource?: boolean;
  /** Largest input in bytes; default and upper bound 100 MiB. */
  readonly maxBytes?: number;
  /** Deepest nesting of elements, the root being 1; default and upper bound 256. */
  readonly maxDepth?: number;
}

/** A file's content and what the parser has to say about it. */
export interface ParsedVoc {
  /** Absent when the input could not be read as an annotation; a finding says why. */
  readonly document?: VocDocument;
  readonly findings: Finding[];
}

const problemRules = {
  malformed: 'V001',
  doctype: 'V002',
  entity: 'V003',
  depth: 'V011',
} as const satisfies Record<string, StructuralRule>;

const problemHints = {
  malformed: 'Mend the file where it stops being XML; a bare & in a name must be written &amp;',
  doctype: 'Remove the document type declaration: no entity is ever expanded',
  entity: 'Only &lt; &gt; &amp; &quot; &apos; and numeric character references are defined',
  depth: 'Annotation files are a few levels deep; this is something else',
} as const;

/** The full parser: takes every XML document, and reports everything that only its text shows. */
export function parseVocTree(input: Uint8Array | string, options: VocParseOptions = {}): ParsedVoc {
  const mode = options.mode ?? 'lenient';
  const profile = options.profile ?? 'generic';
  const limit = Math.min(options.maxBytes ?? largestFile, largestFile);
  if (input.length > limit) {
    const context = new TreeContext('', mode, profile);
    context.report('V011', `the file has ${input.length} bytes, more than the ${limit} that are read`);
    return { findings: context.findings };
  }
  const source = openXml(input);
  const xml = source.blanks === 0 ? source.text : source.text.slice(source.blanks);
  const context = new TreeContext(xml, mode, profile);
  const { findings } = context;
  if (source.bom)
    context.report('V005', 'the file begins with a byte order mark', undefined, { atMost: 'info' });
  if (source.problem !== undefined) {
    const { message, recovered } = source.problem;
    const severity = recovered && mode === 'lenient' ? 'warning' : 'error';
    findings.push({ rule: 'V004', severity, message });
    if (severity === 'error') return { findings };
  }
  if (source.blanks > 0) {
    context.report('V005', 'blanks or line breaks stand before the XML declaration', undefined, {
      hint: 'The declaration must be the very first thing in the file',
    });
  }
  const { root, problem } = parseXmlTree(xml, { depth: options.maxDepth ?? maxXmlDepth });
  if (problem !== undefined) {
    context.report(problemRules[problem.kind], problem.message, undefined, {
      hint: problemHints[problem.kind],
    });
    return { findings };
  }
  if (root === undefined) {
    context.report('V001', 'the file is empty: there is no root element');
    return { findings };
  }
  const document = readTree(context, root);
  if (document === undefined) return { findings };
  document.readAs = mode;
  if (options.keepSource !== false) document.source = input;
  return { document, findings };
}
