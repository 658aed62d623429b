/** A place in a text as editors show it. */
export interface LineColumn {
  /** 1-based; lines end at LF. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
}

/**
 * Line and column of a UTF-16 offset. Only LF ends a line, so the CR of a CRLF belongs to the line it ends.
 * Offsets outside the text are moved to its nearest end. Costs a scan of the text before the offset.
 */
export function lineColumn(text: string, offset: number): LineColumn {
  const end = clampOffset(text, offset);
  let line = 1;
  let lineStart = 0;
  for (let lf = text.indexOf('\n'); lf !== -1 && lf < end; lf = text.indexOf('\n', lineStart)) {
    line++;
    lineStart = lf + 1;
  }
  return { line, column: end - lineStart + 1 };
}

/**
 * How many bytes the text before a UTF-16 offset takes in UTF-8. An offset between the halves of a
 * surrogate pair counts as the pair's start. A lone surrogate counts three bytes, as U+FFFD does.
 */
export function utf8Offset(text: string, offset: number): number {
  let end = clampOffset(text, offset);
  if (end > 0 && end < text.length && isLow(text.charCodeAt(end)) && isHigh(text.charCodeAt(end - 1))) end--;
  return Buffer.byteLength(end === text.length ? text : text.slice(0, end), 'utf8');
}

function clampOffset(text: string, offset: number): number {
  return Math.min(Math.max(offset, 0), text.length);
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
