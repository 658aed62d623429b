import { OptionError, parseMaskColor } from '../../model/index.js';
import { backgroundColour, vocColour, voidColour } from '../shared/mask.js';

/** Of labels by class number: 0 is background and 255 void. */
export const maxClasses = 254;

/** The colours of labels in masks with a palette: one for each, whatever image it is in. */
export class LabelColours {
  private readonly given = new Map<string, number>();
  private readonly byLabel = new Map<string, number>();
  private readonly taken = new Set([backgroundColour, voidColour]);

  /**
   * @param list `label=#rrggbb`
   * @throws OptionError when an entry is none, or two labels have one colour
   */
  constructor(list: readonly string[]) {
    for (const entry of list) {
      const match = /^(.+)=#([0-9a-f]{6})$/is.exec(entry);
      if (match === null) {
        throw new OptionError(`"${entry}" is no colour of a label`, {
          hint: 'Write label=#rrggbb, the numbers in hexadecimal: colours=cat=#ff0000,dog=#00ff00.',
        });
      }
      const [label, colour] = [match[1]!, Number.parseInt(match[2]!, 16)];
      if (this.given.has(label)) throw new OptionError(`the label "${label}" is given two colours`);
      if (this.taken.has(colour)) {
        const isReserved = colour === backgroundColour || colour === voidColour;
        throw new OptionError(
          `the colour #${match[2]} of "${label}" is ${isReserved ? 'that of background or void' : 'given to another label'}`,
          { hint: 'Every label needs a colour of its own.' },
        );
      }
      this.given.set(label, colour);
      this.taken.add(colour);
    }
  }

  /**
   * The colour of a label: the one given for it, else the one it had before, else the one that the data says, else that
   * of its class number in the VOC colour map; a colour of another label is gone by.
   *
   * @param id class number, from 0
   * @param text what the data says: `R,G,B`
   */
  of(label: string, id: number, text: string | undefined): number {
    const known = this.given.get(label) ?? this.byLabel.get(label);
    if (known !== undefined) return known;
    let colour = text === undefined ? undefined : parseMaskColor(text);
    if (colour === undefined || this.taken.has(colour)) {
      let index = id + 1;
      while (this.taken.has(vocColour(index))) index = (index % 255) + 1;
      colour = vocColour(index);
    }
    this.byLabel.set(label, colour);
    this.taken.add(colour);
    return colour;
  }
}
