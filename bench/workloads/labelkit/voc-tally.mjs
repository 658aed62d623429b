/** Counts what labelkit understood of VOC files: the same figures that the peers give. */
export class VocTally {
  files = 0;
  objects = 0;
  nameUnits = 0;
  boxSum = 0;

  /** @param {any} parsed the result of `parseVoc` */
  add(parsed) {
    this.files++;
    for (const object of parsed.document.objects) {
      this.objects++;
      this.nameUnits += object.name.length;
      const { shape } = object;
      if (shape?.kind === 'bndbox') this.boxSum += shape.xmin + shape.ymin + shape.xmax + shape.ymax;
    }
  }

  answer() {
    return { files: this.files, objects: this.objects, nameUnits: this.nameUnits, boxSum: this.boxSum };
  }
}
