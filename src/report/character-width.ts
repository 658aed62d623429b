/** A character that takes two columns of a terminal, or a whole em: East Asian wide and full-width ones, and pictures. */
export const wideCharacter =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
/** A character that takes no room: marks on others, joiners, variation selectors. */
export const zeroWidthCharacter = /[\p{Mn}\p{Me}\p{Cf}]/u;
