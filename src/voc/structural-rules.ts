/**
 * Which rules the parser reports, because only the XML text shows them. Everything else in the V table is
 * checked on the typed document. Where a rule has two halves, the split is:
 *
 * | Rule | parser | typed checks |
 * |---|---|---|
 * | V020, V021, V025, V042 | present but empty | missing; V025 also: not 0/1 |
 * | V029 | `mask_source` empty | not `.png` |
 * | V045 | an action that is not a flag | `truncated`, `difficult` or `occluded` that is not a flag |
 * | V046, V047 | empty, not a number, two spellings that differ | outside 0…1 |
 * | V055 | parts nested deeper than 16 | part not inside its parent |
 * | V058 | `mask_color` empty | not three integers 0…255 |
 *
 * "Missing" is: the member is undefined and its element is not in the owner's `valueless` set.
 * V022, V026–V028, V030, V031, V041, V043, V044, V050, V056, V057, V059, V060, V074–V078, V080–V084, V086 and
 * V087 belong to the typed checks alone.
 */
export const structuralRules = [
  'V001',
  'V002',
  'V003',
  'V004',
  'V005',
  'V007',
  'V008',
  'V009',
  'V010',
  'V011',
  'V020',
  'V021',
  'V023',
  'V025',
  'V029',
  'V040',
  'V042',
  'V045',
  'V046',
  'V047',
  'V048',
  'V049',
  'V051',
  'V052',
  'V053',
  'V054',
  'V055',
  'V058',
  'V070',
  'V071',
  'V072',
  'V073',
  'V079',
  'V085',
] as const;

export type StructuralRule = (typeof structuralRules)[number];
